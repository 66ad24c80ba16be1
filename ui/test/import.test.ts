import { describe, expect, it, vi } from 'vitest'
import { isLoud, isOfName, levels } from '../src/features/import/remarks'
import { i18n } from '../src/i18n'
import { en } from '../src/i18n/en'
import type { CrontabLine, CrontabRemark } from '../src/backend/types'

const remark = (code: CrontabRemark['code'], level: CrontabRemark['level'] = 'note'): CrontabRemark => ({
  code,
  level,
  column: null,
  params: {},
  sentence: '',
})

const line = (becomes: CrontabLine['becomes'], remarks: CrontabRemark[]): CrontabLine => ({
  number: 1,
  text: '',
  becomes,
  job: null,
  remarks,
})

describe('what is said of a crontab', () => {
  const codes = Object.keys(en.import.remark) as CrontabRemark['code'][]

  it.each(codes)('%s is a sentence in both languages, whatever it is filled with', (code) => {
    const complaints = vi.spyOn(console, 'warn')
    for (const locale of ['en', 'zh-CN'] as const) {
      i18n.global.locale.value = locale
      const values = { item: '{x} | @:a', value: '$HOME', name: '%n' }
      const sentence = i18n.global.t(`import.remark.${code}`, values)
      expect(sentence).not.toContain('import.remark')
      if (en.import.remark[code].includes('{item}')) expect(sentence).toContain('{x} | @:a')
      expect(sentence.startsWith('|')).toBe(false)
    }
    expect(complaints).not.toHaveBeenCalled()
  })

  it('stands at the name when it is about the name', () => {
    expect(isOfName(remark('name_taken'))).toBe(true)
    expect(isOfName(remark('names'))).toBe(false)
  })

  it('makes comments loud only when something is wrong with them', () => {
    expect(isLoud(line('comment', [remark('names')]))).toBe(false)
    expect(isLoud(line('comment', [remark('not_utf8', 'problem')]))).toBe(true)
    expect(isLoud(line('setting', []))).toBe(true)
  })

  it('has a glyph for every level', () => {
    expect(new Set(Object.values(levels).map((level) => level.icon)).size).toBe(3)
  })
})
