import { useI18n } from 'vue-i18n'
import type { CrontabLine, CrontabRemark, ImportEffect, Level } from '../../backend/types'
import { plainText } from '../../components/text'

/** The glyph and the colour of each level. */
export const levels: Record<Level, { icon: string; tone: string }> = {
  note: { icon: 'i-lucide-info', tone: 'text-quiet' },
  warning: { icon: 'i-lucide-triangle-alert', tone: 'text-warning' },
  problem: { icon: 'i-lucide-circle-x', tone: 'text-error' },
}

/** The glyph and the colour of what happens to a job. */
export const effects: Record<ImportEffect | 'pause', { icon: string; tone: string }> = {
  create: { icon: 'i-lucide-circle-plus', tone: 'text-success' },
  change: { icon: 'i-lucide-pencil', tone: 'text-info' },
  same: { icon: 'i-lucide-equal', tone: 'text-quiet' },
  left_out: { icon: 'i-lucide-minus', tone: 'text-quiet' },
  refused: { icon: 'i-lucide-circle-x', tone: 'text-error' },
  pause: { icon: 'i-lucide-pause', tone: 'text-warning' },
}

const ofName = /^name_/

/** Whether a remark belongs to the field in which the job's name stands. */
export const isOfName = (remark: CrontabRemark): boolean => ofName.test(remark.code)

/** Whether a line has something that people should see before they import. */
export const isLoud = (line: CrontabLine): boolean =>
  line.becomes !== 'comment' || line.remarks.some((remark) => remark.level !== 'note')

/** Sentences for remarks, by their codes. */
export function useRemarkSentence(): (remark: CrontabRemark) => string {
  const { t } = useI18n()
  return ({ code, params }) => {
    const values = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        name === 'field' ? t(`import.field.${value}`) : plainText(value),
      ]),
    )
    return t(`import.remark.${code}`, values)
  }
}
