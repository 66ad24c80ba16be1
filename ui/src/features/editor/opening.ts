import { ref, shallowRef } from 'vue'
import { commandError, useBackend } from '../../backend/backend'
import type { CommandError, EditorAsk, EditorLists, EditorStart, JobForm } from '../../backend/types'
import { isSame, plainForm, type Drafts } from './drafts'

const noLists: EditorLists = { zones: [], interpreters: [], projects: [], tags: [], owners: [], nodes: [] }

/** What a form begins with: what is stored, or what was typed and not saved. */
export function useOpening(ask: EditorAsk, drafts: Drafts) {
  const backend = useBackend()
  const form = ref<JobForm | null>(null)
  const start = shallowRef<EditorStart | null>(null)
  const opening = ref<CommandError | null>(null)
  const lists = shallowRef(noLists)
  const generation = ref(0)
  const keptAt = ref<string | null>(null)

  /** Begins with what is stored, whatever was typed. */
  function beginAgain(): void {
    if (!start.value) return
    generation.value = start.value.generation
    form.value = plainForm(start.value.form)
  }

  async function open(): Promise<void> {
    opening.value = null
    try {
      start.value = await backend.editorOpen({ ask })
    } catch (thrown) {
      opening.value = commandError(thrown)
    }
    const kept = drafts.read(start.value?.form ?? null)
    if (kept && !(start.value && isSame(kept.form, start.value.form))) {
      keptAt.value = kept.at
      generation.value = kept.generation
      form.value = kept.form
    } else beginAgain()
    void backend.editorLists().then(
      (read) => (lists.value = read),
      () => undefined,
    )
  }
  void open()

  /** Looks at what stands now, to tell whether the form differs from it. */
  async function look(): Promise<void> {
    try {
      start.value = await backend.editorOpen({ ask })
    } catch {
      // A deleted job has nothing to differ from.
      start.value = null
    }
  }

  return { form, start, opening, lists, generation, keptAt, open, beginAgain, look }
}
