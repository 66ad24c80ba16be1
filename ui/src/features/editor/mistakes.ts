import { computed, nextTick, onScopeDispose, reactive, ref, type Ref } from 'vue'
import type { DraftCheck, FieldError } from '../../backend/types'
import { errorsAt, useMistakeSentence } from '../../marks/errors'

/** Which mistakes are shown, and how they are said. */
export function useMistakes(
  check: Ref<DraftCheck | null>,
  refused: Ref<FieldError[]>,
  keptAt: Ref<string | null>,
) {
  const sentence = useMistakeSentence()
  // A mistake is shown once its field was left, or somebody wanted to save.
  const touched = reactive(new Set<string>())
  const wanted = ref(false)
  const errors = computed(() => (refused.value.length ? refused.value : (check.value?.errors ?? [])))

  // Words that appear under a pressed pointer would move what it is about to click.
  const listening = new AbortController()
  const options = { signal: listening.signal, capture: true }
  let pressed = false
  let left: string[] = []
  function touch(field: string): void {
    if (pressed) left.push(field)
    else touched.add(field)
  }
  function release(): void {
    pressed = false
    setTimeout(() => {
      left.forEach((field) => touched.add(field))
      left = []
    })
  }
  addEventListener('pointerdown', () => (pressed = true), options)
  addEventListener('pointerup', release, options)
  addEventListener('pointercancel', release, options)
  onScopeDispose(() => listening.abort())

  /** Shows what was found, and puts the focus on the first of it. */
  async function refuse(found: FieldError[]): Promise<void> {
    wanted.value = true
    refused.value = found
    await nextTick()
    const first = document.querySelector<HTMLElement>('[data-editor] [aria-invalid=true]')
    const folded = first?.closest('details')
    if (folded) folded.open = true
    first?.focus()
  }

  const errorsOf = (field: string) =>
    wanted.value || touched.has(field) || keptAt.value ? errorsAt(errors.value, field) : []
  return { wanted, errors, errorsOf, touch, sentence, refuse }
}
