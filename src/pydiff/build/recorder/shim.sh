#!/bin/sh
# Stands in front of one tool on PATH: notes the call, runs the real tool, notes how it ended. POSIX sh, no process of its own
# besides `cat` when the tool wrote to stderr. Each call has its own files, named after this process, so that parallel builds never
# mix; when it began and ended is told by the times of *.call and *.exit. A call that cannot be noted is run all the same.
here=@SHIMS@
name=${0##*/}
real=
rest=$PATH:
while [ -n "$rest" ]; do
    dir=${rest%%:*}
    rest=${rest#*:}
    [ "$dir" = "$here" ] && continue
    if [ -f "${dir:-.}/$name" ] && [ -x "${dir:-.}/$name" ]; then
        real=${dir:-.}/$name
        break
    fi
done
if [ -z "$real" ]; then
    echo "$name: not found" >&2
    exit 127
fi
[ -n "$PYDIFF_RECORD" ] || exec "$real" "$@"
number=0
set -C
until { printf '%s\0' "$PYDIFF_CALL" "$PWD" "$real" "$0" "$@" >"$PYDIFF_RECORD/$$-$number.call"; } 2>/dev/null; do
    number=$((number + 1))
    [ "$number" -lt 100 ] || exec "$real" "$@"
done
set +C
call=$PYDIFF_RECORD/$$-$number
PYDIFF_CALL=$$-$number
export PYDIFF_CALL
"$real" "$@" 2>"$call.err"
code=$?
[ -s "$call.err" ] && cat "$call.err" >&2
echo "$code" >"$call.exit"
exit "$code"
