import { createRouter, createWebHashHistory } from 'vue-router'
import DeletedJobs from './features/jobs/DeletedJobs.vue'
import JobsScreen from './features/jobs/JobsScreen.vue'
import RunScreen from './features/run/RunScreen.vue'
import RunsScreen from './features/runs/RunsScreen.vue'

/** The screens. Addresses live behind the hash: the window is served from files. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/jobs', name: 'jobs', component: JobsScreen },
    { path: '/jobs/deleted', name: 'deleted', component: DeletedJobs },
    { path: '/runs', name: 'runs', component: RunsScreen },
    { path: '/runs/:runId', name: 'run', component: RunScreen, props: true },
    { path: '/:rest(.*)', redirect: '/jobs' },
  ],
})
