import { days, formatBytes, formatDuration, hours, minutes, seconds } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

describe('a duration for people', () => {
  it.each([
    [0, '0 ms'],
    [0.004, '0.01 ms'],
    [0.26, '0.3 ms'],
    [0.049, '0.05 ms'],
    [1.44, '1.4 ms'],
    [2, '2 ms'],
    [9.96, '10 ms'],
    [999.6, '1.0 s'],
    [850, '850 ms'],
    [seconds(9.25), '9.3 s'],
    [seconds(59.94), '59.9 s'],
    [seconds(59.96), '1 min'],
    [minutes(2), '2 min'],
    [hours(3) + minutes(20) + seconds(5), '3 h 20 min'],
    [days(2) + hours(1), '2 d 1 h'],
    [-days(200), '-200 d'],
  ])('of %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('bytes for people', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1023 bytes'],
    [1024, '1.0 KiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
  ])('%d are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
