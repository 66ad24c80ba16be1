import { createRouter, createWebHashHistory } from 'vue-router'
import DeletedJobs from './features/jobs/DeletedJobs.vue'
import JobsScreen from './features/jobs/JobsScreen.vue'
import RunScreen from './features/run/RunScreen.vue'
import RunsScreen from './features/runs/RunsScreen.vue'

// The editor and what it edits with are loaded when somebody edits.
const JobEditor = () => import('./features/editor/EditorScreen.vue')
const SettingsScreen = () => import('./features/settings/SettingsScreen.vue')

/** The screens. Addresses live behind the hash: the window is served from files. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/jobs', name: 'jobs', component: JobsScreen },
    { path: '/import', name: 'import', component: () => import('./features/import/CrontabScreen.vue') },
    { path: '/apply', name: 'apply', component: () => import('./features/import/FileScreen.vue') },
    { path: '/jobs/new', name: 'job-new', component: JobEditor },
    { path: '/jobs/:jobId/edit', name: 'job-edit', component: JobEditor, props: true },
    {
      path: '/jobs/:jobId/duplicate',
      name: 'job-duplicate',
      component: JobEditor,
      props: (route) => ({ jobId: route.params.jobId, duplicate: true }),
    },
    { path: '/jobs/deleted', name: 'deleted', component: DeletedJobs },
    { path: '/runs', name: 'runs', component: RunsScreen },
    { path: '/runs/:runId', name: 'run', component: RunScreen, props: true },
    { path: '/nodes', name: 'nodes', component: () => import('./features/nodes/NodesScreen.vue') },
    { path: '/explain', name: 'explain', component: () => import('./features/explain/ExplainScreen.vue') },
    {
      path: '/connections',
      name: 'connections',
      component: () => import('./features/connections/ConnectionsScreen.vue'),
    },
    { path: '/settings', name: 'settings', component: SettingsScreen },
    { path: '/:rest(.*)', redirect: '/jobs' },
  ],
})
