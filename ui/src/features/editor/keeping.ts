import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { JobForm } from '../../backend/types'
import { plainForm, type Drafts } from './drafts'

const KEEP_AFTER_MS = 300

/** What of an editor is kept. */
export interface Kept {
  drafts: Drafts
  form: Ref<JobForm | null>
  generation: Ref<number>
  dirty: Readonly<Ref<boolean>>
}

/** Keeps what is typed after a moment, and whenever the window may go away, until it is done with. */
export function useKeeping({ drafts, form, generation, dirty }: Kept) {
  const keepFails = ref(false)
  let keeper: ReturnType<typeof setTimeout> | undefined
  let done = false

  function keep(): void {
    clearTimeout(keeper)
    keeper = undefined
    if (!form.value || done) return
    if (!dirty.value) return drafts.forget()
    const at = new Date().toISOString()
    keepFails.value = !drafts.keep({ at, generation: generation.value, form: plainForm(form.value) })
  }

  function isDone(): void {
    done = true
    clearTimeout(keeper)
    drafts.forget()
  }

  watch(form, () => (keeper ??= setTimeout(keep, KEEP_AFTER_MS)), { deep: true })
  const leaving = new AbortController()
  addEventListener('pagehide', keep, { signal: leaving.signal })
  onScopeDispose(() => {
    keep()
    leaving.abort()
  })
  return { keepFails, isDone }
}
