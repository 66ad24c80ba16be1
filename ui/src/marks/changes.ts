import type { ChangedField } from '../backend/types'
import { plainText } from '../components/text'

type Translate = (key: string, params?: Record<string, unknown>, plural?: number) => string

const SHOWN_CHARS = 40

/** What became of a field. */
export function changeKind(change: ChangedField): 'added' | 'removed' | 'changed' {
  if (change.before === null) return 'added'
  return change.after === null ? 'removed' : 'changed'
}

/** The lines to show for a field whose text has several. */
export function linesOf(change: ChangedField): string[] {
  if (change.lines.length) return change.lines
  const several = (text: string | null) => text?.trimEnd().includes('\n') ?? false
  if (!several(change.before) && !several(change.after)) return []
  const lines = (text: string | null, sign: string) =>
    text === null
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => sign + line)
  return [...lines(change.before, '-'), ...lines(change.after, '+')]
}

function short(text: string): string {
  const plain = plainText(text.trimEnd())
  return plain.length > SHOWN_CHARS ? `${plain.slice(0, SHOWN_CHARS)}…` : plain
}

/** One change in one line. */
export function changeWords(change: ChangedField, t: Translate, name: (path: string) => string): string {
  const field = name(change.path)
  const lines = linesOf(change)
  if (lines.length) {
    const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length
    const n = Math.max(count('-'), count('+'))
    return `${field}: ${t('versions.lines', { n }, n)}`
  }
  const [before, after] = [short(change.before ?? ''), short(change.after ?? '')]
  if (change.before === null) return `${field}: ${after}`
  if (change.after === null) return `${field}: ${before} ${t('versions.removed')}`
  return `${field}: ${before} → ${after}`
}

/** Several changes in one line: the first, and how many more. */
export function changesWords(
  changes: readonly ChangedField[],
  t: Translate,
  name: (path: string) => string,
): string {
  const [first, ...more] = changes
  if (!first) return t('versions.same')
  const words = changeWords(first, t, name)
  return more.length ? `${words} ${t('versions.more', { n: more.length })}` : words
}
