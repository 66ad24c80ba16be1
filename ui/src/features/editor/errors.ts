import type { FieldError } from '../../backend/types'

/** The field of the form that a path means: `retries.interval` is `retries_interval`, `env.PATH` is `env`. */
export function fieldOf(path: string): string {
  if (!path) return 'whole'
  const plain = path.replace(/\[\d+\].*$/, '')
  if (plain.startsWith('env.')) return 'env'
  return plain.replaceAll('.', '_')
}

/** The keys under `editor.wrong` that may say an error, the nearest first. */
export function wrongKeys({ code, path, params }: FieldError): string[] {
  const bound = 'bound' in params ? [`${code}_bound`] : []
  return [`${code}__${fieldOf(path)}`, ...bound, code]
}

/** What is wrong with a field. */
export function errorsAt(errors: readonly FieldError[], field: string): FieldError[] {
  return errors.filter((error) => fieldOf(error.path) === field)
}

/** What is wrong with none of the fields that the form has. */
export function errorsElsewhere(errors: readonly FieldError[], fields: ReadonlySet<string>): FieldError[] {
  return errors.filter((error) => !fields.has(fieldOf(error.path)))
}
