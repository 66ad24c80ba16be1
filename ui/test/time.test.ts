import { describe, expect, it } from 'vitest'
import {
  absoluteTime,
  durationPhrase,
  relativePhrase,
  shortDurationPhrase,
  sizePhrase,
  zoneOffset,
} from '../src/marks/time'

const NOW = Date.parse('2026-11-21T04:34:56.000Z')
const phrase = (key: string, n?: number | string) => ({ key, params: n === undefined ? {} : { n } })

describe('a distance from now', () => {
  it.each([
    [0, phrase('time.now')],
    [-999, phrase('time.now')],
    [1_000, phrase('time.inS', 1)],
    [59_999, phrase('time.inS', 59)],
    [60_000, phrase('time.inMin', 1)],
    [-3_599_999, phrase('time.agoMin', 59)],
    [-3_600_000, phrase('time.agoH', 1)],
    [47 * 3_600_000, phrase('time.inH', 47)],
    [48 * 3_600_000, phrase('time.inD', 2)],
  ])('%i ms', (distance, said) => {
    expect(relativePhrase(NOW + distance, NOW)).toEqual(said)
  })
})

describe('a length of time', () => {
  it.each([
    [0, phrase('time.ms', 0)],
    [999, phrase('time.ms', 999)],
    [59_999, phrase('time.s', '59.9')],
    [60_000, { key: 'time.minS', params: { min: 1, s: '00' } }],
    [3_725_000, { key: 'time.hMin', params: { h: 1, min: '02' } }],
    [90_000_000, { key: 'time.dH', params: { d: 1, h: 1 } }],
  ])('%i ms', (ms, said) => {
    expect(durationPhrase(ms)).toEqual(said)
  })

  it('has one unit where there is no room for two', () => {
    expect(shortDurationPhrase(754_000)).toEqual(phrase('time.min', '12.5'))
  })
})

it('says sizes in the largest unit that fits', () => {
  expect([0, 1023, 1024, 1_500_000, 300 * 1024 ** 2].map(sizePhrase)).toEqual([
    phrase('size.b', 0),
    phrase('size.b', 1023),
    phrase('size.kib', '1.0'),
    phrase('size.mib', '1.4'),
    phrase('size.mib', 300),
  ])
})

it('says an instant with the offset of its zone there and then', () => {
  expect(absoluteTime('2026-11-21T04:34:56.000Z', 'Asia/Shanghai')).toBe('2026-11-21 12:34:56 UTC+08:00')
  expect(absoluteTime('2026-07-01T04:00:00.000Z', 'America/New_York')).toBe('2026-07-01 00:00:00 UTC-04:00')
  expect(zoneOffset('2026-11-21T04:34:56.000Z', 'UTC')).toBe('UTC+00:00')
})
