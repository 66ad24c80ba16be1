import { onScopeDispose, ref, shallowRef } from 'vue'
import { commandError, useBackend } from '../../backend/backend'
import type { ConnectionForm, ConnectionMistake, Ladder } from '../../backend/types'
import { useActions } from '../../stores/actions'
import { useSecrets } from '../../stores/secrets'

let serial = 0

/** A test of a form: its rungs as they come. */
export function useLadderTest() {
  const backend = useBackend()
  const actions = useActions()
  const secrets = useSecrets()
  const ladder = shallowRef<Ladder | null>(null)
  const running = ref(false)
  const mistakes = ref<ConnectionMistake[]>([])
  let wanted = ''
  let deaf: (() => void) | undefined
  void backend
    .onLadder((news) => {
      if (news.id === wanted) ladder.value = news.ladder
    })
    .then((stop) => (deaf = stop))
  onScopeDispose(() => deaf?.())

  /** What is asked for the passphrase is asked again by the person, once the secrets are open. */
  function refused(thrown: unknown): void {
    if (commandError(thrown).code === 'locked') secrets.ask()
    else actions.failed(thrown)
  }

  async function test(form: ConnectionForm, before: string): Promise<void> {
    serial += 1
    wanted = `test-${serial}`
    ladder.value = null
    running.value = true
    try {
      const tested = await backend.connectionTest({ id: wanted, form, before })
      mistakes.value = tested.mistakes
      ladder.value = tested.ladder
    } catch (thrown) {
      refused(thrown)
    } finally {
      running.value = false
    }
  }

  return { ladder, running, mistakes, test, refused }
}
