import { describe, expect, it } from 'vitest'
import { ansiSegments, carriedColours, markedSegments, shownText } from '../src/components/ansi'
import { errorWeight } from '../src/components/firstError'
import { LogLines } from '../src/components/log'
import { findInLines, MATCHES_MAX, searchLog, type Found } from '../src/components/logSearch'
import { plainText } from '../src/components/text'

const piece = (text: string, dropped_before = 0) => ({ at: null, text, dropped_before })
const read = (...texts: string[]) => {
  const log = new LogLines()
  texts.forEach((text) => log.append(piece(text)))
  return log
}
const texts = (log: LogLines) => log.lines.map((line) => line.text)

describe('text from anywhere', () => {
  it('cannot turn its direction or hide', () => {
    expect(plainText('a\u202Eb\u200Bc\u0007')).toBe('a\\u202Eb\\u200Bc\\u0007')
    expect(plainText('Han 钟楼\tand tabs stay\n')).toBe('Han 钟楼\tand tabs stay\n')
  })

  it('is shown without escape sequences', () => {
    expect(shownText('\u001b[1;31mred\u001b[0m \u001b]8;;https://x\u0007link\u001b]8;;\u0007\u001b[2K')).toBe(
      'red link',
    )
  })
})

describe('the lines of a log', () => {
  it('join what arrives in pieces', () => {
    expect(texts(read('one\ntw', 'o\n', 'three'))).toEqual(['one', 'two', 'three'])
  })

  it('keep empty lines', () => {
    expect(texts(read('a\n\nb\n'))).toEqual(['a', '', 'b'])
  })

  it('show what was written last over a line', () => {
    expect(texts(read('10%\r50%\r100%\ndone\r\n'))).toEqual(['100%', 'done'])
  })

  it('mark where bytes were dropped', () => {
    const log = read('a\n')
    log.append(piece('b\n', 42))
    expect(log.lines.map((line) => [line.number, line.text, line.dropped])).toEqual([
      [1, 'a', 0],
      [0, '', 42],
      [2, 'b', 0],
    ])
  })

  it('carry a colour to the next line', () => {
    expect(
      read('\u001b[31mred\nstill\u001b[0m\nplain\n').lines.map((line) => ansiSegments(line.raw)[0]),
    ).toEqual([
      { text: 'red', classes: ['fg-red'] },
      { text: 'still', classes: ['fg-red'] },
      { text: 'plain', classes: [] },
    ])
  })

  it('cut what is too long for one line', () => {
    expect(texts(read(`${'x'.repeat(9000)}\n`)).map((text) => text.length)).toEqual([4000, 4000, 1000])
  })

  it('know the first error', () => {
    expect(read('fine\nTerror\n0 errors\nit failed\nerror: no such host\nerror: 2\n').firstError).toBe(4)
    expect(read('fine\nretry failed\nfine\n').firstError).toBe(1)
    expect(read('fine\n').firstError).toBe(-1)
  })
})

describe('a search in a log', () => {
  const log = read('Copy COPY\nnone\n\u001b[1mco\u001b[0mpy\n')

  it('finds every place in any case, across colours', () => {
    expect(findInLines(log.lines, 'copy', 0, 3, 10)).toEqual([
      { line: 0, start: 0 },
      { line: 0, start: 5 },
      { line: 2, start: 0 },
    ])
  })

  it('goes on where it was, tells on its way, and ends', async () => {
    const long = read('a needle\n'.repeat(3_000))
    const told: Found[] = []
    const known = { matches: [{ line: 0, start: 2 }], searched: 1, done: false }
    await searchLog(
      long.lines,
      'NEEDLE',
      known,
      () => true,
      (found) => told.push(found),
    )
    expect(told.at(-1)).toMatchObject({ searched: 3_000, done: true })
    expect(told.at(-1)!.matches).toHaveLength(3_000)
  })

  it('counts no more places than anybody goes through', async () => {
    const long = read('aa\n'.repeat(6_000))
    let last: Found | undefined
    await searchLog(
      long.lines,
      'a',
      { matches: [], searched: 0, done: false },
      () => true,
      (found) => (last = found),
    )
    expect([last!.matches.length, last!.done]).toEqual([MATCHES_MAX, true])
  })

  it('stops when something else is searched', async () => {
    const told: Found[] = []
    await searchLog(
      log.lines,
      'copy',
      { matches: [], searched: 0, done: false },
      () => false,
      (found) => told.push(found),
    )
    expect(told).toEqual([])
  })

  it('marks what was found, whatever its colours', () => {
    const marked = markedSegments(ansiSegments(log.lines[2]!.raw), [0], 4, 0)
    expect(marked).toEqual([
      { text: 'co', classes: ['text-bold', 'found', 'current'] },
      { text: 'py', classes: ['found', 'current'] },
    ])
  })
})

it.each([
  ['', '\u001b[31m', '\u001b[31m'],
  ['\u001b[31m', '\u001b[1m', '\u001b[31m\u001b[1m'],
  ['\u001b[31m', 'x\u001b[m', ''],
  ['\u001b[31m', '\u001b[0;32m', '\u001b[0;32m'],
])('colours %j then %j leave %j', (before, raw, after) => {
  expect(carriedColours(before, raw)).toBe(after)
})

it('draws colours of a palette and of 24 bits as those of the look', () => {
  expect(
    ansiSegments('\u001b[38;5;226my\u001b[0m\u001b[38;2;20;200;30mg').map((part) => part.classes),
  ).toEqual([['fg-yellow'], ['fg-green']])
})

it.each([
  ['error: connection refused', 2],
  ['2026-11-21 12:00:00 ERROR store: no answer', 2],
  ['[fatal] out of disk', 2],
  ['Traceback (most recent call last):', 2],
  ["thread 'main' panicked at src/main.rs:3", 2],
  ['java.lang.NullPointerException: x', 2],
  ['sh: 1: backup: not found', 2],
  ['cp: /x: Permission denied', 2],
  ['错误：无法连接', 2],
  ['the job failed, trying again', 1],
  ['第二次尝试失败', 1],
  ['0 errors, 3 warnings', 0],
  ['errors: 0', 0],
  ['finished without error', 0],
  ['no failed tests', 0],
  ['没有错误', 0],
  ['terror and terrors', 0],
  ['all is well', 0],
])('of an error speaks %j: %i', (line, weight) => {
  expect(errorWeight(line)).toBe(weight)
})
