import { onScopeDispose } from 'vue'
import { useRouter, type RouteLocationRaw } from 'vue-router'
import { useBackend } from '../backend/backend'
import { readViewAddress, useJobsView } from './jobsView'

/** The screen of an address; null for one that this version does not know. */
export function runPlace(address: string): RouteLocationRaw | null {
  const [, runId, fields] = /^belfry:\/\/run\/([0-9A-Za-z-]{1,64})\/?(?:\?(.*))?$/.exec(address.trim()) ?? []
  if (!runId) return null
  const asked = new URLSearchParams(fields ?? '')
  const query = Object.fromEntries(
    ['attempt', 'line'].flatMap((name) => (asked.has(name) ? [[name, asked.get(name)!]] : [])),
  )
  return { name: 'run', params: { runId }, query }
}

/** Opens the addresses that the system hands over, for as long as the window is there. */
export function useLinks(): void {
  const backend = useBackend()
  const router = useRouter()
  const jobs = useJobsView()

  async function open(): Promise<void> {
    const address = await backend.linkTake().catch(() => null)
    if (address === null) return
    const view = readViewAddress(address)
    if (view) jobs.show(view)
    await router.push(view ? { name: 'jobs' } : (runPlace(address) ?? { name: 'jobs' }))
  }

  const listening = backend.onLink(() => void open())
  void listening.then(open)
  onScopeDispose(() => void listening.then((stop) => stop()))
}
