import { isClause, pypiTakes } from '../packages/pypi-specifier.ts'
import { rulesOf } from '../packages/rules.ts'
import type { Marker, MarkerOperand, MarkerVariable } from './marker.ts'
import type { MarkerEnvironment } from './requirement.ts'

const systems = {
  linux: { os_name: 'posix', platform_system: 'Linux', platform_machine: 'x86_64' },
  darwin: { os_name: 'posix', platform_system: 'Darwin', platform_machine: 'arm64' },
  win32: { os_name: 'nt', platform_system: 'Windows', platform_machine: 'AMD64' },
} as const

/**
 * What markers find in an environment: CPython on the machine that is usual there, `.0` where its patch is not
 * said, no extra asked for.
 */
export function markerValues({
  platform,
  python,
}: MarkerEnvironment): Readonly<Record<MarkerVariable, string>> {
  const [major = '3', minor = '0', ...rest] = python.split('.')
  const full = [major, minor, ...(rest.length === 0 ? ['0'] : rest)].join('.')
  return {
    ...systems[platform],
    sys_platform: platform,
    python_version: `${major}.${minor}`,
    python_full_version: full,
    implementation_version: full,
    implementation_name: 'cpython',
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_version: '',
    extra: '',
  }
}

/** Whether a condition holds where `values` are found (PEP 508). */
export function markerHolds(marker: Marker, values: Readonly<Record<MarkerVariable, string>>): boolean {
  if (marker.kind === 'all') return marker.parts.every((part) => markerHolds(part, values))
  if (marker.kind === 'any') return marker.parts.some((part) => markerHolds(part, values))
  const textOf = (operand: MarkerOperand): string =>
    operand.kind === 'text' ? operand.text : values[operand.name]
  return compares(textOf(marker.left), marker.operator, textOf(marker.right))
}

/** Versions are compared as such where both sides are, all else as texts. */
function compares(left: string, operator: string, right: string): boolean {
  if (operator === 'in') return right.includes(left)
  if (operator === 'not in') return !right.includes(left)
  if (operator === '===') return left.toLowerCase() === right.toLowerCase()
  if (rulesOf('PyPI').isVersion(left) && isClause({ operator, version: right })) {
    return pypiTakes(left, operator + right)
  }
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<=':
      return left <= right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '>':
      return left > right
    default:
      return false
  }
}
