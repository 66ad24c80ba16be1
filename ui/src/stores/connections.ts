import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { useBackend } from '../backend/backend'
import type { ConnectionRow } from '../backend/types'
import { useActions } from './actions'
import { silence, useLive } from './live'
import { keys } from './queries'

// The connection that was shown before: the other one of a pair that people switch between.
const previous = ref<string | null>(null)

/** All connections, the one that is shown, and the way from one to the other. */
export function useConnections() {
  const backend = useBackend()
  const client = useQueryClient()
  const router = useRouter()
  const live = useLive()
  const { attempt } = useActions()
  const list = useQuery({ queryKey: keys.connections, queryFn: () => backend.connectionsList() })
  const rows = computed<ConnectionRow[]>(() => list.data.value?.rows ?? [])
  const shown = computed(() => rows.value.find((row) => row.name === list.data.value?.shown))
  const other = computed(
    () =>
      rows.value.find((row) => row.name === previous.value && row !== shown.value) ??
      rows.value.find((row) => row !== shown.value),
  )

  const show = (name: string) =>
    attempt(async () => {
      const before = shown.value?.name ?? null
      if (before === name) return
      await backend.connectionShow({ name })
      previous.value = before
      live.$patch({ ...silence })
      // What belongs to another place must not be seen here, not even for a moment.
      client.removeQueries({ type: 'inactive' })
      await router.push({ name: 'jobs' })
      await client.resetQueries()
    })

  return { list, rows, shown, other, show }
}
