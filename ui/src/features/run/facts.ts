import type { RunRow } from '../../backend/types'
import { plainText } from '../../components/text'
import { absoluteTime, type Words } from '../../marks/time'

/** A fact's name, its value, and what is shown on hover. */
export interface Fact {
  name: string
  value: string
  title?: string
  fixed?: boolean
}

type Translate = (key: string, params?: Record<string, unknown>, plural?: number) => string

/** What is known of an attempt, in the order in which people ask; what is not known is left out. */
export function runFacts(run: RunRow, zone: string, t: Translate, words: Words): Fact[] {
  const at = (instant: string) => ({ value: absoluteTime(instant, zone), title: words.relative(instant) })
  const facts: (Fact | null)[] = [
    { name: t('run.scheduled'), ...at(run.scheduled_at) },
    run.until ? { name: t('run.range'), ...at(run.until) } : null,
    run.count > 1 ? { name: t('run.instants'), value: t('run.times', { n: run.count }, run.count) } : null,
    run.started_at ? { name: t('run.started'), ...at(run.started_at) } : null,
    run.late_ms !== null ? { name: t('run.late'), value: words.duration(Math.max(0, run.late_ms)) } : null,
    run.finished_at ? { name: t('run.finished'), ...at(run.finished_at) } : null,
    run.duration_ms !== null ? { name: t('run.duration'), value: words.duration(run.duration_ms) } : null,
    run.exit_code !== null ? { name: t('run.exit'), value: String(run.exit_code) } : null,
    run.signal !== null ? { name: t('run.signal'), value: String(run.signal) } : null,
    { name: t('run.node'), value: plainText(run.node) },
    { name: t('run.trigger'), value: t(`trigger.${run.trigger}`) },
    run.by ? { name: t('run.by'), value: plainText(run.by) } : null,
    run.peak_memory_bytes !== null
      ? { name: t('run.memory'), value: words.size(run.peak_memory_bytes) }
      : null,
    run.user_ms !== null && run.system_ms !== null
      ? {
          name: t('run.cpu'),
          value: t('run.cpuParts', {
            user: words.duration(run.user_ms),
            system: words.duration(run.system_ms),
          }),
        }
      : null,
    // While it goes on, nobody has counted it yet.
    run.started_at && run.finished_at
      ? { name: t('run.output'), value: words.size(run.output_bytes), title: run.output_sha256 ?? undefined }
      : null,
    { name: t('run.id'), value: run.run_id, fixed: true },
  ]
  return facts.filter((fact) => fact !== null)
}
