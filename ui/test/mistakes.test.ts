import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from '../src/i18n/en'
import { zhCN } from '../src/i18n/zh-CN'

const CORE = new URL('../../core/src', import.meta.url).pathname

function sources(folder: string): string[] {
  return readdirSync(join(CORE, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.rs'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('#[cfg(test)]')[0]!)
}

/** What stands first in each match. */
const named = (texts: string[], pattern: RegExp) =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]!))

/** The codes of mistakes that core gives, read from where it gives them. */
function codes(): Set<string> {
  const all = ['job', 'definition', 'schedule', 'cluster'].flatMap(sources)
  const schedule = sources('schedule')
  return new Set([
    ...named(all, /FieldError::(?:at|whole)\(\s*[^,"]*(?:"[^"]*")?,\s*"([a-z_]+)"/g),
    ...named(sources('job'), /\.refuse\(\s*[^,]+,\s*"([a-z_]+)"/g),
    ...named(sources('definition'), /^\s*"([a-z_]+)",\s*format!\(/gm),
    ...named(schedule, /=>\s*"((?:schedule|zone|plan)_[a-z_]+)"/g),
  ])
}

/** The causes that core gives for what it did not do. */
function causes(): Set<string> {
  const text = readFileSync(join(CORE, 'cluster/error.rs'), 'utf8')
  const part = /fn because[\s\S]*?\n {4}}\n/.exec(text)![0]
  return new Set(named([part], /=> "([a-z_]+)"/g))
}

// Said by several of the words: `too_long`, `too_short`.
const words = (spoken: typeof en) => Object.keys(spoken.editor.wrong)

describe('what core says of mistakes', () => {
  it('is read from its sources', () => {
    expect([...codes()]).toEqual(
      expect.arrayContaining([
        'empty',
        'selector',
        'syntax',
        'not_a_list',
        'schedule_at',
        'plan_days',
        'zone_empty',
      ]),
    )
    expect(codes().size).toBeGreaterThan(50)
    expect(causes().size).toBeGreaterThan(15)
  })

  it.each([
    ['English', en],
    ['Chinese', zhCN],
  ])('has words for each code in %s', (_, spoken) => {
    const known = words(spoken).map((key) => key.split('__')[0])
    expect([...codes()].filter((code) => !known.includes(code))).toEqual([])
    expect([...causes()].filter((cause) => !(cause in spoken.error.because))).toEqual([])
  })
})
