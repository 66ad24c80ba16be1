import { describe, expect, it } from 'vitest'
import { catalogue } from '../src/commands/catalogue'
import { resolveLanguage } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zhCN } from '../src/i18n/zh-CN'

type Words = { [key: string]: string | Words }

function flat(words: Words, path = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )
}

const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort()
const english = flat(en)
const chinese = flat(zhCN)

describe('the words', () => {
  it('have the same keys in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it.each([...english.keys()])('%s is filled with the same values in both languages', (key) => {
    expect(placeholders(chinese.get(key)!)).toEqual(placeholders(english.get(key)!))
  })

  it('are never empty', () => {
    expect([...english, ...chinese].filter(([, text]) => !text.trim())).toEqual([])
  })

  it('put one space between Han and Latin characters', () => {
    const tight = /[\p{Script=Han}][A-Za-z0-9{]|[A-Za-z0-9}][\p{Script=Han}]/u
    const mayJoin = /\{(states|state|at|job|name|text|why|age|zone|field|reason|size|user|system)\}/g
    const bad = [...chinese].filter(([, text]) => tight.test(text.replace(mayJoin, '·')))
    expect(bad).toEqual([])
  })

  it('have no dots in their keys, which would part them', () => {
    const depth = (words: Words): string[] =>
      Object.entries(words).flatMap(([key, value]) => [
        key,
        ...(typeof value === 'string' ? [] : depth(value)),
      ])
    expect(depth(en).filter((key) => key.includes('.'))).toEqual([])
  })

  it('name every command', () => {
    expect(catalogue.filter((entry) => !english.has(`command.${entry.id}`))).toEqual([])
  })
})

describe('the language', () => {
  it.each([
    ['en', ['zh-CN'], 'en'],
    ['zh-CN', ['en-GB'], 'zh-CN'],
    ['system', ['zh-Hans-CN', 'en'], 'zh-CN'],
    ['system', ['de-DE', 'zh-TW', 'en'], 'zh-CN'],
    ['system', ['de-DE', 'fr'], 'en'],
    ['system', [], 'en'],
  ] as const)('%s on a computer of %j is %s', (wish, offered, meant) => {
    expect(resolveLanguage(wish, offered)).toBe(meant)
  })
})
