import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import { BackendError, commandError, type Backend } from './backend'
import type { Live } from './types'

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args)
  } catch (thrown) {
    throw new BackendError(commandError(thrown))
  }
}

/** The desktop program's commands: the names are the methods' in snake case. */
export function tauriBackend(): Backend {
  return {
    hello: () => call('hello'),
    jobsList: (args) => call('jobs_list', args),
    jobShow: (args) => call('job_show', args),
    jobPause: (args) => call('job_pause', args),
    jobRun: (args) => call('job_run', args),
    jobsAddExamples: () => call('jobs_add_examples'),
    runsList: (args) => call('runs_list', args),
    runShow: (args) => call('run_show', args),
    runKill: (args) => call('run_kill', args),
    runLog: (args) => call('run_log', args),
    runsSearch: (args) => call('runs_search', args),
    runsFacets: (args) => call('runs_facets', args),
    queryComplete: (args) => call('query_complete', args),
    runDefinition: (args) => call('run_definition', args),
    logSave: (args) => call('log_save', args),
    logFollow: (args) => call('log_follow', args),
    jobVersions: (args) => call('job_versions', args),
    versionDiff: (args) => call('version_diff', args),
    jobRestore: (args) => call('job_restore', args),
    jobsDeleted: () => call('jobs_deleted'),
    agentStart: () => call('agent_start'),
    agentStop: () => call('agent_stop'),
    preferencesGet: () => call('preferences_get'),
    preferencesSet: (args) => call('preferences_set', args),
    onLive: (listener) => listen<Live>('live', (event) => listener(event.payload)),
  }
}
