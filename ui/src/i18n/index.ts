import { createI18n } from 'vue-i18n'
import type { WordLanguage } from '../backend/backend'
import type { Language } from '../backend/types'
import { en } from './en'
import { zhCN } from './zh-CN'

/** What a language must say: the shape of English. */
export type Messages = typeof en

declare module 'vue-i18n' {
  export interface DefineLocaleMessage extends Messages {}
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en' as WordLanguage,
  fallbackLocale: 'en',
  messages: { en, 'zh-CN': zhCN },
  missing: (language, key) => console.error(`no words for ${key} in ${language}`),
})

/** The language that `wish` means on a computer whose languages are `offered`, best first. */
export function resolveLanguage(wish: Language, offered: readonly string[]): WordLanguage {
  if (wish !== 'system') return wish
  return offered.find((each) => /^(zh|en)\b/.test(each))?.startsWith('zh') ? 'zh-CN' : 'en'
}
