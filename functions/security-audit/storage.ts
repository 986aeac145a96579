import { plainLine } from '@hubkeeper/audit'
import {
  type AccessSummary,
  type AccessUnknown,
  type Finding,
  finding,
  type Observation,
} from '@hubkeeper/core'
import type { SecurityContext } from './context.ts'
import { allOf, attempt, type Look, lookOf } from './look.ts'

/** How well what is stored is closed, how old the keys to it are, and who came. */
export async function inspectStorage({ at, posture, progress }: SecurityContext): Promise<Look> {
  progress.step('Looking at what is stored, and who may read it')
  return allOf([
    await attempt('storage.posture', async () =>
      observed('storage.posture', await posture.storage(), 'there is nothing that could be looked at'),
    ),
    await attempt('secrets.age', async () =>
      observed(
        'secrets.age',
        await posture.credentials(at),
        'no access key and no stored secret can be seen',
      ),
    ),
    await attempt('storage.access', async () => accessLook(await posture.access(at))),
  ])
}

function observed(
  check: 'storage.posture' | 'secrets.age',
  observations: readonly Observation[],
  none: string,
): Look {
  if (observations.length === 0) return lookOf(finding(check, 'skipped', { actual: none }))
  const well = observations.filter(({ status }) => status === 'ok')
  const others = observations.filter(({ status }) => status !== 'ok')
  const rules = [...new Set(well.map(({ rule }) => plainLine(rule, 100)))]
  const words =
    others.length === 0
      ? `all is as it should be, ${well.length} looked at`
      : `${well.length} of ${observations.length} looked at are as they should be`
  const told =
    well.length === 0 ? [] : [lookOf(finding(check, 'ok', { actual: words, evidence: [rules.join(', ')] }))]
  return allOf([...told, ...others.map((each) => lookOf(observation(check, each), filingOf(check, each)))])
}

const filingOf = (check: string, { place, rule }: Observation) => ({
  rule: plainLine(rule, 100),
  path: check === 'storage.posture' ? plainLine(place, 500) : null,
  place: plainLine(place, 500),
})

function observation(
  check: 'storage.posture' | 'secrets.age',
  { actual, advice, expected, place, rule, status }: Observation,
): Finding {
  return finding(check, status, {
    subject: `${plainLine(rule, 100)} ${plainLine(place, 300)}`,
    expected: plainLine(expected),
    actual: plainLine(actual),
    ...(advice === null ? {} : { advice: plainLine(advice, 500) }),
  })
}

/** Callers that a finding names. */
const named = 50

function accessLook(access: AccessSummary | AccessUnknown): Look {
  if ('unavailable' in access) {
    const look = lookOf(
      finding('storage.access', access.notApplicable ? 'skipped' : 'unknown', {
        actual: plainLine(access.unavailable),
      }),
    )
    // What it would have told is no fault of the hub's: the score does not count it.
    return { ...look, partial: [] }
  }
  const { callers, from, leftOut, to } = access
  const sum = (of: 'reads' | 'writes' | 'refused'): number =>
    callers.reduce((total, each) => total + each[of], 0)
  const refused = callers.filter((each) => each.refused > 0).map(({ caller }) => caller)
  const evidence = [
    `from ${from.toISOString()} to ${to.toISOString()}`,
    ...callers
      .slice(0, named)
      .map(
        (each) =>
          `${plainLine(each.caller, 200)}: ${each.reads} read, ${each.writes} written, ${each.refused} refused`,
      ),
    ...(callers.length > named ? [`and ${callers.length - named} more callers`] : []),
    ...(leftOut > 0 ? [`${leftOut} log files were left out: there were too many`] : []),
  ]
  const count = `${callers.length} ${callers.length === 1 ? 'caller' : 'callers'}`
  return lookOf(
    finding('storage.access', refused.length > 0 ? 'warning' : 'ok', {
      actual: `${count}: ${sum('reads')} read, ${sum('writes')} written, ${sum('refused')} refused`,
      evidence,
    }),
    // Somebody else who is refused is news.
    { identity: JSON.stringify(refused.toSorted()) },
  )
}
