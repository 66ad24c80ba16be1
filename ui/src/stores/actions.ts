import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { commandError, useBackend } from '../backend/backend'
import type { CommandError, JobRow } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useAsked } from './asked'
import { keys } from './queries'

/** A sentence for an error, by its code. */
export function useErrorSentence(): (error: CommandError) => string {
  const { t } = useI18n()
  return (error) => t(`error.${error.code}`, { field: '', reason: '', ...error.params })
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

  return {
    attempt,
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
    /** Removes a job and offers to bring it back. */
    deleteJob: (row: JobRow) =>
      attempt(async () => {
        const { job_id: jobId, generation } = row
        const name = plainText(row.name)
        const { restores } = await backend.jobDelete({ jobId, generation })
        await client.invalidateQueries({ queryKey: keys.jobs })
        const undo = () =>
          attempt(async () => {
            await backend.jobUndelete({ jobId, generation: restores })
            toast.add({ title: t('editor.restored', { name }), icon: 'i-lucide-undo-2', color: 'success' })
            await client.invalidateQueries({ queryKey: keys.jobs })
          })
        toast.add({
          title: t('editor.deleted', { name }),
          icon: 'i-lucide-trash-2',
          color: 'neutral',
          duration: 15_000,
          actions: [
            { label: t('editor.undo'), color: 'neutral', variant: 'outline', onClick: () => void undo() },
          ],
        })
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
