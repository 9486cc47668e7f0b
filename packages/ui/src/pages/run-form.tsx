import type { DeploymentResponse, FlowRunResponse, JsonObject } from '@slipway/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ApiError, api, reasonOf } from '../api/client.ts'
import { type Complaints, fieldsOf, initialTyped, readJson, readTyped, withUndeclared } from '../lib/schema-form.ts'
import { fromLocalInput } from '../lib/time.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Field, SchemaFields } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { useDeployment, useFlow } from './run-queries.ts'

const route = getRouteApi('/deployments/deployment/$id/run')

export function RunFormPage() {
  const { id } = route.useParams()
  const { data, error } = useDeployment(id)
  if (error !== null) return <Problem error={error} title="This deployment cannot be shown" />
  if (data === undefined) return <Loading what="the deployment" />
  return <RunForm key={id} deployment={data} />
}

interface Wanted {
  readonly parameters: JsonObject
  readonly job_variables: JsonObject
  readonly scheduled_time: string | null
}

function RunForm({ deployment }: { deployment: DeploymentResponse }) {
  const flow = useFlow(deployment.flow_id)
  const { parameters } = deployment
  const fields = fieldsOf(withUndeclared(deployment.parameter_openapi_schema ?? {}, parameters), parameters)
  const [typed, setTyped] = useState(() => initialTyped(fields))
  const [jobVariables, setJobVariables] = useState('{}')
  const [isLater, setLater] = useState(false)
  const [at, setAt] = useState('')
  const [name, setName] = useState('')
  const [complaints, setComplaints] = useState<Complaints>({})
  const navigate = useNavigate()
  const client = useQueryClient()
  const start = useMutation({
    mutationFn: ({ parameters, job_variables, scheduled_time }: Wanted) =>
      api.post<FlowRunResponse>(`/deployments/${deployment.id}/create_flow_run`, {
        parameters: { ...deployment.parameters, ...parameters },
        job_variables,
        ...(name.trim() === '' ? {} : { name: name.trim() }),
        state: {
          type: 'SCHEDULED',
          message: 'Started in the web interface',
          ...(scheduled_time === null ? {} : { state_details: { scheduled_time } }),
        },
      }),
    onSuccess: async (run) => {
      client.setQueryData(['run', run.id], run)
      await navigate({ to: '/runs/flow-run/$id', params: { id: run.id } })
    },
    onError: (error) =>
      setComplaints({
        ...(error instanceof ApiError ? error.fields : {}),
        form: `${reasonOf(error)} Nothing was started.`,
      }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTyped(fields, typed)
    const found: Record<string, string> = { ...read.complaints }
    const job = readJson(jobVariables.trim() === '' ? '{}' : jobVariables)
    if ('error' in job) found['job_variables'] = job.error
    else if (typeof job.value !== 'object' || job.value === null || Array.isArray(job.value))
      found['job_variables'] = 'Job settings are a JSON object: {"memory": "1Gi"}.'
    const scheduled_time = isLater ? fromLocalInput(at) : null
    if (isLater && scheduled_time === null) found['at'] = 'Choose a date and a time.'
    setComplaints(found)
    if (Object.keys(found).length > 0 || 'error' in job) return
    start.mutate({ parameters: read.values, job_variables: { ...(job.value as JsonObject) }, scheduled_time })
  }
  return (
    <>
      <Head
        title={`Run ${flow.data?.name ?? 'flow'} / ${deployment.name}`}
        say={`It starts in pool ${deployment.work_pool_name ?? 'none: a process of yours has to take it'}.`}
        actions={
          <Link className="btn gh" to="/deployments/deployment/$id" params={{ id: deployment.id }}>
            Back
          </Link>
        }
      />
      <div className="sec">
        <form className="form" onSubmit={submit} noValidate>
          <fieldset>
            <legend>Parameters</legend>
            {fields.length === 0 ? <p className="dim">This flow takes none.</p> : null}
            <SchemaFields
              fields={fields}
              typed={typed}
              complaints={complaints}
              onChange={(field, text) => setTyped({ ...typed, [field]: text })}
            />
          </fieldset>
          <fieldset>
            <legend>When</legend>
            <div className="seg when" role="group" aria-label="When">
              <button type="button" aria-pressed={!isLater} onClick={() => setLater(false)}>
                Now
              </button>
              <button type="button" aria-pressed={isLater} onClick={() => setLater(true)}>
                At a time
              </button>
            </div>
            {isLater ? (
              <Field
                id="run-at"
                label="At"
                type={Intl.DateTimeFormat().resolvedOptions().timeZone}
                error={complaints['at']}
              >
                <input
                  id="run-at"
                  className="f"
                  type="datetime-local"
                  value={at}
                  onChange={(event) => setAt(event.target.value)}
                />
              </Field>
            ) : null}
          </fieldset>
          <details open={complaints['job_variables'] !== undefined || undefined}>
            <summary>More: name, job settings</summary>
            <fieldset>
              <Field id="run-name" label="Name of the run" help="Left empty, it gets one by itself.">
                <input id="run-name" className="f" value={name} onChange={(event) => setName(event.target.value)} />
              </Field>
              <Field
                id="run-job"
                label="Job settings"
                type="JSON"
                help="Only for this run, over what the deployment and the pool say."
                error={complaints['job_variables']}
              >
                <textarea
                  id="run-job"
                  className="f mono"
                  spellCheck={false}
                  value={jobVariables}
                  onChange={(event) => setJobVariables(event.target.value)}
                />
              </Field>
            </fieldset>
          </details>
          {complaints['form'] === undefined ? null : (
            <p className="err" role="alert">
              <Icon name="s-failed" />
              {complaints['form']}
            </p>
          )}
          <div className="form-f">
            <button className="btn pri lg" type="submit" disabled={start.isPending}>
              <Icon name="play" />
              {start.isPending ? 'Starting…' : isLater ? 'Schedule the run' : 'Run now'}
            </button>
            <span className="help">You land on the run's page.</span>
          </div>
        </form>
      </div>
    </>
  )
}
