import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useBackend } from '../backend/backend'
import type { BulkAction, BulkAsk, BulkTarget } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useActions } from './actions'
import { deedOf, useBulk } from './bulk'
import { keys } from './queries'

/** What people do to many jobs at once; the notice of the shell tells how far it is. */
export function useBulkActions() {
  const backend = useBackend()
  const client = useQueryClient()
  const { attempt } = useActions()
  const bulk = useBulk()
  const toast = useToast()
  const { t } = useI18n()

  async function ask(wish: BulkAsk): Promise<void> {
    if (bulk.busy) return
    const id = bulk.begin(deedOf(wish))
    let answered = false
    await attempt(async () => {
      bulk.take(await backend.jobsBulk({ id, ask: wish }))
      answered = true
    })
    // Nothing was done, and the error has said why.
    if (!answered) bulk.forget(id)
    await client.invalidateQueries({ queryKey: keys.jobs })
  }

  return {
    perform: (action: BulkAction, target: BulkTarget) => ask({ do: { action, target } }),
    async undo(): Promise<void> {
      if (bulk.undoable) await ask({ undo: bulk.now!.progress!.changed })
    },
    async stop(): Promise<void> {
      if (bulk.now) await attempt(() => backend.jobsBulkStop({ id: bulk.now!.id }))
    },
    exportJobs: (target: BulkTarget) =>
      attempt(async () => {
        const { path, count, left_out: left } = await backend.jobsExport({ target })
        toast.add({
          title: t('lists.exported', { n: count, path }, count),
          description: left.length
            ? t('lists.exportLeft', { n: left.length, names: plainText(left.slice(0, 5).join(', ')) })
            : undefined,
          icon: left.length ? 'i-lucide-triangle-alert' : 'i-lucide-circle-check',
          color: left.length ? 'warning' : 'success',
          actions: [
            {
              label: t('lists.copyPath'),
              color: 'neutral',
              variant: 'outline',
              onClick: () => void copyText(path),
            },
          ],
        })
      }),
  }
}
