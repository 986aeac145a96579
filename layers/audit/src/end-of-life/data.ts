import type { SupportCycle } from '@hubkeeper/core'

/** The day on which the list below was last compared with its sources. */
export const supportDataOf = '2026-08-22'

type Dated = readonly [cycle: string, end: string, latest: string | null]

const cycles = (...dated: readonly Dated[]): readonly SupportCycle[] =>
  dated.map(([cycle, end, latest]) => ({ cycle, end: new Date(end), activeEnd: null, latest }))

/**
 * For how long products are supported, by their names at endoflife.date: what counts where that cannot be asked.
 * Only what its publisher says is here, and only lines of releases that a hub may still run on; what is missing is
 * told as unknown.
 */
export const supportData: Readonly<Record<string, readonly SupportCycle[]>> = {
  // PEPs 373, 494, 537, 569, 596, 619, 664, 693, 719 and 745; https://devguide.python.org/versions/
  python: cycles(
    ['3.14', '2030-10-31', '3.14.7'],
    ['3.13', '2029-10-31', '3.13.15'],
    ['3.12', '2028-10-31', '3.12.14'],
    ['3.11', '2027-10-31', '3.11.16'],
    ['3.10', '2026-10-31', '3.10.21'],
    ['3.9', '2025-10-31', '3.9.25'],
    ['3.8', '2024-10-07', '3.8.20'],
    ['3.7', '2023-06-27', '3.7.17'],
    ['3.6', '2021-12-23', '3.6.15'],
    ['2.7', '2020-01-01', '2.7.18'],
  ),
  // https://github.com/nodejs/Release
  nodejs: cycles(
    ['26', '2029-04-30', '26.7.0'],
    ['25', '2026-06-01', null],
    ['24', '2028-04-30', '24.19.0'],
    ['22', '2027-04-30', '22.23.2'],
    ['20', '2026-04-30', '20.20.2'],
  ),
  // Deprecation dates: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
  'aws-lambda': cycles(
    ['nodejs24.x', '2028-04-30', null],
    ['nodejs22.x', '2027-04-30', null],
    ['nodejs20.x', '2026-04-30', null],
  ),
  // Version 3 is to be supported through 2050, and sets no day: https://sqlite.org/lts.html
  sqlite: [{ cycle: '3', end: 'not-set', activeEnd: null, latest: '3.53.4' }],
  // End of extended support: https://www.djangoproject.com/download/#supported-versions
  django: cycles(
    ['6.1', '2027-12-31', '6.1'],
    ['6.0', '2027-04-30', '6.0.8'],
    ['5.2', '2028-04-30', '5.2.17'],
    ['5.1', '2025-12-03', '5.1.15'],
    ['5.0', '2025-04-02', '5.0.14'],
    ['4.2', '2026-04-07', '4.2.30'],
    ['4.1', '2023-12-01', '4.1.13'],
    ['4.0', '2023-04-01', '4.0.10'],
    ['3.2', '2024-04-01', '3.2.25'],
  ),
}

/** Frameworks of which only the newest release is supported, so that there are no dates, with where that is said. */
export const newestOnly: Readonly<Record<string, string>> = {
  fastapi: 'https://github.com/fastapi/fastapi/blob/master/SECURITY.md',
  flask: 'https://github.com/pallets/flask/discussions/5358',
}
