import { describe, expect, it } from 'vitest'
import { ansiSegments, carriedColours, markedSegments, shownText } from '../src/components/ansi'
import { findInLog, LogLines } from '../src/components/log'
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
    expect(read('fine\nTerror\nan Error: no\nerror\n').firstError).toBe(2)
  })
})

describe('a search in a log', () => {
  const log = read('Copy COPY\nnone\n\u001b[1mco\u001b[0mpy\n')

  it('finds every place in any case, across colours', () => {
    expect(findInLog(log.lines, 'copy')).toEqual([
      { line: 0, start: 0 },
      { line: 0, start: 5 },
      { line: 2, start: 0 },
    ])
  })

  it('finds nothing for nothing', () => {
    expect(findInLog(log.lines, '')).toEqual([])
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
