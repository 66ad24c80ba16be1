import { defineStore } from 'pinia'
import type { JobGroup, JobSort, JobsView } from '../backend/types'

const groups: JobGroup[] = ['none', 'project', 'tag', 'owner']
const sorts: JobSort[] = ['name', 'next', 'trouble', 'owner']
const ADDRESS = 'belfry://jobs?'

/** What a list of jobs shows, without a name. */
export type ListShape = Omit<JobsView, 'name'>

export const plainList: ListShape = { text: '', group: 'none', sort: 'name', descending: false }

/** Whether two lists show the same. */
export function sameList(a: ListShape, b: ListShape): boolean {
  const alike = a.group === b.group && a.sort === b.sort && a.descending === b.descending
  return alike && a.text.trim() === b.text.trim()
}

/** A list as a line that can be sent to somebody and pasted into the filter. */
export function viewAddress(view: JobsView): string {
  const fields = new URLSearchParams({ name: view.name, filter: view.text })
  if (view.group !== 'none') fields.set('group', view.group)
  if (view.sort !== 'name') fields.set('sort', view.sort)
  if (view.descending) fields.set('order', 'descending')
  return ADDRESS + fields.toString()
}

/** Reads such a line; null for any other text. What it does not know is as usual. */
export function readViewAddress(text: string): JobsView | null {
  const line = text.trim()
  if (!line.startsWith(ADDRESS)) return null
  const fields = new URLSearchParams(line.slice(ADDRESS.length))
  return {
    name: fields.get('name') ?? '',
    text: fields.get('filter') ?? '',
    group: groups.find((group) => group === fields.get('group')) ?? 'none',
    sort: sorts.find((sort) => sort === fields.get('sort')) ?? 'name',
    descending: fields.get('order') === 'descending',
  }
}

/** The views with one more: one of the same name takes its place. */
export function withView(views: readonly JobsView[], view: JobsView): JobsView[] {
  const at = views.findIndex((each) => each.name === view.name)
  return at < 0 ? [...views, view] : views.map((each, index) => (index === at ? view : each))
}

/** Where somebody is in the list of jobs: it is found again after a look at a run. */
export const useJobsView = defineStore('jobsView', {
  state: () => ({ ...plainList, selected: -1 }),
  getters: {
    shape: (state): ListShape => ({
      text: state.text,
      group: state.group,
      sort: state.sort,
      descending: state.descending,
    }),
  },
  actions: {
    show({ text, group, sort, descending }: ListShape) {
      this.$patch({ text, group, sort, descending, selected: -1 })
    },
  },
})
