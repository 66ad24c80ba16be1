import type { BulkTarget, GroupHead } from '../../backend/types'

/** Which jobs are selected: some by themselves, or all that match but a few. */
export type Selection =
  { kind: 'some'; ids: ReadonlySet<string> } | { kind: 'all'; except: ReadonlySet<string> }

export const nothing: Selection = { kind: 'some', ids: new Set() }
export const everything: Selection = { kind: 'all', except: new Set() }

const withOut = (set: ReadonlySet<string>, id: string) => new Set([...set].filter((each) => each !== id))

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === 'some' ? selection.ids.has(id) : !selection.except.has(id)
}

/** Puts a job in, or takes it out. */
export function toggled(selection: Selection, id: string): Selection {
  const isIn = isSelected(selection, id)
  if (selection.kind === 'some') {
    return { kind: 'some', ids: isIn ? withOut(selection.ids, id) : new Set([...selection.ids, id]) }
  }
  return { kind: 'all', except: isIn ? new Set([...selection.except, id]) : withOut(selection.except, id) }
}

/** Puts jobs in. */
export function extended(selection: Selection, ids: readonly string[]): Selection {
  return ids.reduce((result, id) => (isSelected(result, id) ? result : toggled(result, id)), selection)
}

/** How many of the jobs that match are selected. */
export function sizeOf(selection: Selection, matched: number): number {
  return selection.kind === 'some' ? selection.ids.size : Math.max(0, matched - selection.except.size)
}

/** The selection as the backend takes it. */
export function targetOf(selection: Selection, text: string): BulkTarget {
  return selection.kind === 'some'
    ? { jobs: [...selection.ids] }
    : { query: { text, except: [...selection.except] } }
}

/** A line of a list with heads: a head, or a row by its number among rows. */
export type Line = { head: GroupHead } | { row: number }

/** What stands at a place of a list in which each head takes a place of its own. */
export function lineAt(heads: readonly GroupHead[], index: number): Line {
  let [low, high] = [0, heads.length]
  // The last head that stands at or above the place.
  while (low < high) {
    const middle = (low + high) >> 1
    if (heads[middle]!.at + middle <= index) low = middle + 1
    else high = middle
  }
  const above = heads[low - 1]
  if (!above) return { row: index }
  return above.at + low - 1 === index ? { head: above } : { row: index - low }
}

/** The place of a row, by its number among rows. */
export function placeOf(heads: readonly GroupHead[], row: number): number {
  return row + heads.filter((head) => head.at <= row).length
}
