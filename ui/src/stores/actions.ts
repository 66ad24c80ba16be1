import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { commandError, useBackend } from '../backend/backend'
import type { CommandError, JobRow, RunRow } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useFieldName, useMistakeSentence } from '../marks/errors'
import { useAsked } from './asked'
import { keys } from './queries'

/** A sentence for an error: by its cause, or else by its code. */
export function useErrorSentence(): (error: CommandError) => string {
  const { t, te } = useI18n()
  const mistake = useMistakeSentence()
  const fieldName = useFieldName()
  return ({ code, params, detail }) => {
    const { because, wrong, field = '' } = params
    if (wrong !== undefined) {
      const reason = mistake({ path: field, code: wrong, params, sentence: params.reason })
      return t('error.field', { field: fieldName(field), reason })
    }
    const key = `error.because.${because}`
    if (because !== undefined && te(key)) return t(key as never, params)
    return t(`error.${code}`, { field, reason: detail, ...params })
  }
}

/** What people do to jobs and runs, from whichever screen; each says at once that it was heard. */
export function useActions() {
  const backend = useBackend()
  const client = useQueryClient()
  const router = useRouter()
  const toast = useToast()
  const asked = useAsked()
  const sentence = useErrorSentence()
  const { t } = useI18n()

  function failed(thrown: unknown): void {
    const error = commandError(thrown)
    toast.add({
      title: sentence(error),
      description: t('error.code', { code: error.code }),
      icon: 'i-lucide-circle-x',
      color: 'error',
      actions: [
        {
          label: t('app.copyDetails'),
          color: 'neutral',
          variant: 'outline',
          onClick: () => void copyText(error.detail),
        },
      ],
    })
  }

  /** Does it, and says what went wrong if it did. */
  async function attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (thrown) {
      failed(thrown)
    }
  }

  const openRun = (runId: string) => router.push({ name: 'run', params: { runId } })

  /** Why a job ran then, or did not; without an instant about the next one. */
  const explain = (job: string, at = '', runId?: string) =>
    router.push({ name: 'explain', query: { job, at: at || undefined, run: runId } })

  /** The same of a run: one that a person asked for has no instant of its schedule. */
  const explainRun = (run: RunRow) =>
    explain(run.job_id, run.scheduled_at, /^[mb]:/.test(run.scope) ? run.run_id : undefined)

  return {
    attempt,
    explain,
    explainRun,
    failed,
    openRun,
    runJob: (jobId: string, name: string) =>
      attempt(async () => {
        const runId = await backend.jobRun({ jobId })
        asked.add(runId)
        toast.add({
          title: t('job.asked', { name: plainText(name) }),
          icon: 'i-lucide-play',
          color: 'primary',
          actions: [
            {
              label: t('job.openRun'),
              color: 'neutral',
              variant: 'outline',
              onClick: () => void openRun(runId),
            },
          ],
        })
      }),
    pauseJob: (row: JobRow, paused: boolean) =>
      attempt(async () => {
        try {
          await backend.jobPause({ jobId: row.job_id, generation: row.generation, paused })
        } finally {
          await client.invalidateQueries({ queryKey: keys.jobs })
        }
      }),
    killRun: (runId: string) =>
      attempt(async () => {
        await backend.runKill({ runId })
        await client.invalidateQueries({ queryKey: keys.run(runId) })
      }),
    startAgent: () => attempt(() => backend.agentStart()),
    stopAgent: () => attempt(() => backend.agentStop()),
    addExamples: () =>
      attempt(async () => {
        const n = await backend.jobsAddExamples()
        toast.add({
          title: t('jobs.examplesAdded', { n }, n),
          icon: 'i-lucide-circle-check',
          color: 'success',
        })
        await client.invalidateQueries({ queryKey: keys.jobs })
      }),
  }
}
