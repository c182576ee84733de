#include <Python.h>

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tiny", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_tiny(void) { return PyModule_Create(&module); }
