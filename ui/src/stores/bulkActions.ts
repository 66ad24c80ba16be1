import { useQueryClient } from '@tanstack/vue-query'
import { useBackend } from '../backend/backend'
import type { BulkAction, BulkAsk, BulkTarget } from '../backend/types'
import { useActions } from './actions'
import { deedOf, useBulk } from './bulk'
import { keys } from './queries'

/** What people do to many jobs at once; the notice of the shell tells how far it is. */
export function useBulkActions() {
  const backend = useBackend()
  const client = useQueryClient()
  const { attempt } = useActions()
  const bulk = useBulk()

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
  }
}
