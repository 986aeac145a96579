import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { temporaryDirectory } from './temporary.ts'

/** A program that stands in for one that this machine may lack, first on the PATH. */
export interface StandIn {
  readonly directory: string
  /** Environment in which it is found, and nothing else of its kind. */
  readonly env: Readonly<Record<string, string>>
  /** What it holds or was asked. */
  text(): string
  write(text: string): void
  /** Lets it fail as named: see its script. */
  breakBy(fault: string): void
  mend(): void
}

/** Behaves as cron’s: `-l` and `-r` fail without a crontab, `-` refuses a last line without an end. */
const crontabScript = `#!/bin/sh
here=$(dirname "$0")
fault=$(cat "$here/fault" 2>/dev/null)
none() {
  test "$fault" = busybox && echo "crontab: can't open 'tester': No such file or directory" >&2 ||
    echo "no crontab for tester" >&2
  exit 1
}
test "$fault" = refused && { echo "You (tester) are not allowed to use this program (crontab)" >&2; exit 1; }
case "$1" in
  -l)
    test "$fault" = unreadable && { echo "crontabs/tester: Permission denied" >&2; exit 1; }
    test -f "$here/store" || none
    cat "$here/store" ;;
  -r) test -f "$here/store" || none; rm "$here/store" ;;
  -)
    cat > "$here/new"
    test -s "$here/new" && test -n "$(tail -c 1 "$here/new")" && {
      echo "new crontab file is missing newline before EOF, can't install." >&2; exit 1; }
    test "$fault" = forgetful && sed -i '/daily/d' "$here/new" && rm "$here/fault"
    mv "$here/new" "$here/store" ;;
  *) exit 64 ;;
esac
`

/** Writes down what it is asked; says that systemd runs, unless it is told not to. */
const systemctlScript = `#!/bin/sh
here=$(dirname "$0")
fault=$(cat "$here/fault" 2>/dev/null)
test "$1" = --user && { scope="--user "; shift; }
case "$1" in
  is-system-running) test "$fault" = offline && { echo offline; exit 1; }; echo running ;;
  is-active)
    shift
    test "$fault" = is-active && { echo "Failed to is-active unit: it was told to" >&2; exit 1; }
    for unit; do test "$fault" = stopped && echo inactive || echo active; done ;;
  *)
    echo "$scope$*" >> "$here/store"
    test "$fault" = "$1" && { echo "Failed to $1 unit: it was told to" >&2; exit 1; } ;;
esac
exit 0
`

function standIn(name: string, script: string): StandIn {
  const directory = join(temporaryDirectory(), 'bin')
  mkdirSync(directory)
  chmodSync(join(directory, '..'), 0o755)
  chmodSync(directory, 0o777)
  writeFileSync(join(directory, name), script, { mode: 0o755 })
  chmodSync(join(directory, name), 0o755)
  const store = join(directory, 'store')
  return {
    directory,
    env: { PATH: directory + delimiter + process.env.PATH },
    text: () => (existsSync(store) ? readFileSync(store, 'utf8') : ''),
    write: (text) => writeFileSync(store, text),
    breakBy: (fault) => writeFileSync(join(directory, 'fault'), fault),
    mend: () => writeFileSync(join(directory, 'fault'), ''),
  }
}

/** In place of cron’s own program, which not every machine has; no cron reads what it stores. */
export const fakeCrontab = (): StandIn => standIn('crontab', crontabScript)

/** In place of systemd’s own, which needs a running systemd. */
export const fakeSystemctl = (): StandIn => standIn('systemctl', systemctlScript)

/** A line of a crontab, taken apart as cron does it. */
export interface CronLine {
  readonly fields: readonly string[]
  /** For /bin/sh. */
  readonly command: string
  /** Whether it fires in the minute of a moment, on a clock that shows UTC. */
  firesAt(at: Date): boolean
}

/** The lines of a crontab that run something. */
export const cronLinesOf = (crontab: string): CronLine[] =>
  crontab
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && !/^\s*\w+\s*=/.test(line))
    .map((line) => {
      const parts = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line)
      if (parts === null) throw new Error(`not a line of a crontab: ${line}`)
      const [minute, hour, day, month, weekday] = parts.slice(1, 6)
      // An unescaped % ends the command: what follows is its standard input.
      const command = (/^(?:\\.|[^%\\])*/.exec(parts[6] ?? '')?.[0] ?? '').replaceAll('\\%', '%')
      return {
        fields: parts.slice(1, 6),
        command,
        firesAt(at) {
          const days = [
            [day, at.getUTCDate()],
            [weekday, at.getUTCDay()],
          ] as const
          const restricted = days.filter(([field]) => field?.startsWith('*') === false)
          const dayFires =
            restricted.length === 2
              ? restricted.some(([field, value]) => matches(field, value))
              : days.every(([field, value]) => matches(field, value))
          return (
            matches(minute, at.getUTCMinutes()) &&
            matches(hour, at.getUTCHours()) &&
            matches(month, at.getUTCMonth() + 1) &&
            dayFires
          )
        },
      }
    })

const matches = (field: string | undefined, value: number): boolean =>
  (field ?? '').split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/')
    const [from, to] = range === '*' ? [0, 59] : range.split('-').map(Number)
    if (from === undefined) return false
    return value >= from && value <= (to ?? from) && (value - (range === '*' ? 0 : from)) % Number(step) === 0
  })
