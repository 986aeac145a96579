import type { Flaw } from '../advisories/vulnerability.ts'
import { type Severity, severities, worseSeverity } from '../severity.ts'
import type { Step } from './releases.ts'

/** A step with what is known of the version that it leads to. */
export interface WeighedStep extends Step {
  /** Flaws that it mends. */
  readonly mended: readonly Flaw[]
  /** Flaws that the new version has: those that stay, and those that come with it. */
  readonly flaws: readonly Flaw[]
  /** It mends every flaw that any newer release mends. */
  readonly complete: boolean
  /** What comes with it is no worse than what it mends. */
  readonly sound: boolean
  /** Nothing comes with it. */
  readonly clean: boolean
}

const worstOf = (flaws: readonly Flaw[]): Severity =>
  flaws.map(({ severity }) => severity).reduce(worseSeverity, 'none')

/** Two flaws are one where they share an id: advisories of one flaw name each other. */
const isAmong = (flaw: Flaw, flaws: readonly Flaw[]): boolean =>
  flaws.some((other) => other.id === flaw.id || other.ids.some((id) => flaw.ids.includes(id)))

/** Whether flaws that come are worth those that go: never where nothing goes. */
function isWorth(coming: readonly Flaw[], going: readonly Flaw[]): boolean {
  if (coming.length === 0) return true
  if (going.length === 0) return false
  return severities.indexOf(worstOf(coming)) >= severities.indexOf(worstOf(going))
}

/**
 * What each step mends and brings.
 *
 * @param now flaws of the version as it is
 * @param flawsAt flaws of a release: everything that is known of its package has to be asked
 */
export function weigh(
  steps: readonly Step[],
  now: readonly Flaw[],
  flawsAt: (version: string) => readonly Flaw[],
): WeighedStep[] {
  const known = steps.map((step) => ({ step, flaws: flawsAt(step.release.version) }))
  const mendable = now.filter((flaw) => known.some(({ flaws }) => !isAmong(flaw, flaws)))
  return known.map(({ flaws, step }) => {
    const mended = now.filter((flaw) => !isAmong(flaw, flaws))
    const coming = flaws.filter((flaw) => !isAmong(flaw, now))
    return {
      ...step,
      mended,
      flaws,
      complete: mended.length === mendable.length,
      sound: isWorth(coming, mended),
      clean: coming.length === 0,
    }
  })
}

/**
 * The step to propose, of those that bring nothing worse than they mend: the newest patch where one mends all that
 * can be mended; else the least release that does, of whatever level; else the least of those that mend most. Of the
 * same level one that brings no flaw goes before one that does.
 *
 * @param steps oldest first
 * @returns null where there is none
 */
export function chooseStep(steps: readonly WeighedStep[]): WeighedStep | null {
  const sound = steps.filter((step) => step.sound)
  const patches = sound.filter((step) => step.level === 'patch' && step.complete)
  const patch = patches.findLast(({ clean }) => clean) ?? patches.at(-1)
  if (patch !== undefined) return patch
  // Beyond patch level only for the sake of a flaw.
  const mending = sound.filter(({ mended }) => mended.length > 0)
  const most = Math.max(0, ...mending.map(({ mended }) => mended.length))
  return (
    leastOf(mending.filter(({ complete }) => complete)) ??
    leastOf(mending.filter(({ mended }) => mended.length === most)) ??
    sound.findLast(({ level }) => level === 'patch') ??
    null
  )
}

function leastOf(steps: readonly WeighedStep[]): WeighedStep | undefined {
  const [least] = steps
  return steps.find(({ clean, level }) => clean && level === least?.level) ?? least
}
