import { useI18n } from 'vue-i18n'
import type { FieldError, JobRow } from '../backend/types'
import { plainText } from '../components/text'

/** The field of the form that a path means: `retries.interval` is `retries_interval`, `env.PATH` is `env`. */
export function fieldOf(path: string): string {
  if (!path) return 'whole'
  const plain = path.replace(/\[\d+\].*$/, '')
  if (plain.startsWith('env.')) return 'env'
  return plain.replaceAll('.', '_')
}

/** The keys under `editor.wrong` that may say an error, the nearest first. */
export function wrongKeys({ code, path, params }: Omit<FieldError, 'sentence'>): string[] {
  const filled = ['bound', 'example', 'suggestion']
    .filter((name) => name in params)
    .map((name) => `${code}_${name}`)
  return [`${code}__${fieldOf(path)}`, ...filled, code]
}

/** What is wrong with a field. */
export function errorsAt(errors: readonly FieldError[], field: string): FieldError[] {
  return errors.filter((error) => fieldOf(error.path) === field)
}

/** What is wrong with none of the fields that the form has. */
export function errorsElsewhere(errors: readonly FieldError[], fields: ReadonlySet<string>): FieldError[] {
  return errors.filter((error) => !fields.has(fieldOf(error.path)))
}

/** Sentences for what is wrong with fields, by their codes. */
export function useMistakeSentence(): (
  error: Omit<FieldError, 'sentence'> & { sentence?: string },
) => string {
  const { t, te } = useI18n()
  return ({ path, code, params, sentence = code }) => {
    const key = wrongKeys({ path, code, params }).find((each) => te(`editor.wrong.${each}`))
    if (!key) return plainText(sentence)
    const field = params.field ?? ''
    const named = te(`editor.cronField.${field}`) ? t(`editor.cronField.${field}` as never) : field
    const values = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, plainText(value)]))
    return t(`editor.wrong.${key}` as never, { ...values, field: plainText(named) })
  }
}

/** A field as the editor names it; its key where the editor has none. */
export function useFieldName(): (path: string) => string {
  const { t, te } = useI18n()
  return (path) => {
    const key = `editor.field.${fieldOf(path)}`
    const name = path.startsWith('env.') ? ` ${path.slice('env.'.length)}` : ''
    return te(key) ? t(key as never) + plainText(name) : plainText(path)
  }
}

/** Why a stored definition cannot be used. */
export function useBrokenWords(): (row: Pick<JobRow, 'broken' | 'broken_at'>) => string {
  const sentence = useMistakeSentence()
  return ({ broken, broken_at: at }) =>
    at.length
      ? at.map((error) => `${plainText(error.path)}: ${sentence(error)}`).join(' ')
      : plainText(broken ?? '')
}
