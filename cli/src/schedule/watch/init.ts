import { existsSync } from 'node:fs'

const shell = '/bin/sh'

/**
 * What process 1 of a container owes the others, as a shell does it: it passes on signals, which have no
 * default action there, and waits for whoever lost its parent, which Node does for its own children only.
 */
const script = `
child= asked=
trap 'asked=1; test -z "$child" || kill -TERM "$child"' TERM INT
"$@" & child=$!
test -z "$asked" || kill -TERM "$child"
while :; do
  wait "$child"; code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done`

/**
 * As process 1, becomes a shell that runs this very command as its child; it does not return then.
 *
 * @returns whether this is process 1 all the same, because there is no shell
 */
export function leaveProcessOne(): boolean {
  if (process.pid !== 1) return false
  if (process.execve === undefined || !existsSync(shell)) return true
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  return process.execve(shell, ['sh', '-c', script, 'hubkeeper-watch', ...self], process.env)
}
