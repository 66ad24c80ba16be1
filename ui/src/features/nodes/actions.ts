import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '../../backend/backend'
import type { NodeAsk, NodeAskEnd } from '../../backend/types'
import { plainText } from '../../components/text'
import { useActions } from '../../stores/actions'
import { keys } from '../../stores/queries'

const looks = {
  done: { icon: 'i-lucide-circle-check', color: 'success' },
  not_done: { icon: 'i-lucide-circle-x', color: 'error' },
  not_confirmed: { icon: 'i-lucide-clock', color: 'warning' },
} as const satisfies Record<NodeAskEnd, object>

/** What people do to nodes; each says what became of it. */
export function useNodeActions() {
  const backend = useBackend()
  const client = useQueryClient()
  const toast = useToast()
  const actions = useActions()
  const { t } = useI18n()
  /** The node that is being asked. */
  const asking = ref<string | null>(null)

  async function readAnew(): Promise<void> {
    await client.invalidateQueries({ queryKey: keys.nodes })
    await client.invalidateQueries({ queryKey: ['node'] })
  }

  const ask = (node: string, ask: NodeAsk) =>
    actions.attempt(async () => {
      if (asking.value) return
      asking.value = node
      try {
        const { end, why } = await backend.nodeAsk({ node, ask })
        const name = plainText(node)
        const title =
          end === 'done'
            ? t(`nodeDo.done.${ask}`, { node: name })
            : end === 'not_done'
              ? t('nodeDo.notDone', { node: name, why: plainText(why) })
              : t('nodeDo.notConfirmed', { node: name })
        toast.add({ title, ...looks[end] })
        await readAnew()
      } finally {
        asking.value = null
      }
    })

  const remove = (node: string) =>
    actions.attempt(async () => {
      const { given_up: lost, taken_over: taken } = await backend.nodeRemove({ node })
      toast.add({ title: t('nodeDo.removed', { node: plainText(node), lost, taken }), ...looks.done })
      await readAnew()
    })

  return { asking, ask, remove }
}
