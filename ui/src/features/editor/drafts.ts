import type { JobForm } from '../../backend/types'

/** A form that somebody left without saving it. */
export interface KeptDraft {
  /** When it was typed last. */
  at: string
  /** The generation that it was made from. */
  generation: number
  form: JobForm
}

/** Where a form is kept: each job has one place, its duplicate another, and new jobs one together. */
export function draftKey(jobId: string | null, duplicate: boolean): string {
  return `belfry.draft.${jobId === null ? 'new' : duplicate ? `copy.${jobId}` : jobId}`
}

/** The part of the browser's storage that drafts need. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Keeps what was typed until it is saved or discarded, over reloads and restarts. */
export class Drafts {
  constructor(
    private readonly storage: DraftStorage,
    private readonly key: string,
  ) {}

  /** What was kept, if it can be read; fields that are newer than it are as in `now`. */
  read(now: JobForm | null): KeptDraft | null {
    try {
      const kept = JSON.parse(this.storage.getItem(this.key) ?? 'null') as KeptDraft | null
      if (!kept || typeof kept.form !== 'object' || typeof kept.form.name !== 'string') return null
      return { ...kept, form: { ...now, ...kept.form } }
    } catch {
      return null
    }
  }

  /** Whether it could be kept. */
  keep(draft: KeptDraft): boolean {
    try {
      this.storage.setItem(this.key, JSON.stringify(draft))
      return true
    } catch {
      return false
    }
  }

  forget(): void {
    try {
      this.storage.removeItem(this.key)
    } catch {
      // Storage that cannot be changed holds nothing of ours either.
    }
  }
}

/** A form without anything that watches it, to be handed on or kept. */
export const plainForm = (form: JobForm): JobForm => JSON.parse(JSON.stringify(form)) as JobForm

/** Whether two forms say the same. */
export function isSame(a: JobForm, b: JobForm): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The tags in a line of text. */
export function tagsOf(text: string): string[] {
  return text
    .split(/[,，、]/)
    .map((tag) => tag.trim())
    .filter(Boolean)
}
