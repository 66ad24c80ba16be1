import { defineStore } from 'pinia'
import type { JobSort } from '../backend/types'

/** Where somebody is in the list of jobs: it is found again after a look at a run. */
export const useJobsView = defineStore('jobsView', {
  state: () => ({ text: '', sort: 'name' as JobSort, selected: -1 }),
})
