import type { BlockDocument, JsonObject, WorkPoolResponse } from '@slipway/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ApiError, api, reasonOf } from '../api/client.ts'
import { findPoolTypes, type PoolType, withDefaults } from '../lib/pool-types.ts'
import { type Complaints, fieldsOf, initialTyped, readTyped } from '../lib/schema-form.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Field, SchemaFields } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'

const FIRST = ['region', 'image']
const CREDENTIALS_TYPES: Readonly<Record<string, string>> = {
  'cloud-run:push': 'gcp-credentials',
  'cloud-run-v2:push': 'gcp-credentials',
}

export function PoolCreatePage() {
  const { data, error } = useQuery({
    queryKey: ['pool-types'],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<JsonObject>('/collections/views/aggregate-worker-metadata', signal),
  })
  const [chosen, setChosen] = useState<string | null>(null)
  if (error !== null) return <Problem error={error} />
  if (data === undefined) return <Loading what="pool types" />
  const types = findPoolTypes(data)
  const type = types.find((each) => each.type === chosen) ?? types[0]
  if (type === undefined) return <Problem error={new Error('The server offers no type of pool.')} />
  return (
    <>
      <Head
        title="New pool"
        say="Where runs become containers. A push pool starts them itself; no worker has to be kept up."
      />
      <div className="sec pad">
        <div className="opts types" role="radiogroup" aria-label="Type">
          {types.map((each) => (
            <label key={each.type} className={`opt${each.type === type.type ? ' on' : ''}`}>
              <input
                className="sr"
                type="radio"
                name="type"
                checked={each.type === type.type}
                onChange={() => setChosen(each.type)}
              />
              <span className="rd" />
              <span>
                <b className="b">{each.display_name}</b>
                <br />
                <span className="help">{each.description}</span>
              </span>
            </label>
          ))}
        </div>
      </div>
      <PoolForm key={type.type} type={type} />
    </>
  )
}

function PoolForm({ type }: { type: PoolType }) {
  const slug = CREDENTIALS_TYPES[type.type]
  const credentials = useQuery({
    queryKey: ['blocks', 'of-type', slug],
    enabled: slug !== undefined,
    queryFn: ({ signal }) => api.get<BlockDocument[]>(`/block_types/slug/${slug ?? ''}/block_documents`, signal),
  })
  const fields = fieldsOf(type.template.variables).filter(({ name }) => slug === undefined || name !== 'credentials')
  const first = FIRST.flatMap((name) => fields.filter((field) => field.name === name))
  const rest = fields.filter(({ name }) => !FIRST.includes(name))
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const block = chosen ?? credentials.data?.[0]?.id ?? ''
  const [typed, setTyped] = useState(() => initialTyped(fields))
  const [complaints, setComplaints] = useState<Complaints>({})
  const navigate = useNavigate()
  const client = useQueryClient()
  const create = useMutation({
    mutationFn: (values: JsonObject) => {
      const all = slug === undefined ? values : { ...values, credentials: { $ref: { block_document_id: block } } }
      const body = { name, type: type.type, base_job_template: withDefaults(type.template, all) }
      return api.post<WorkPoolResponse>('/work_pools/', body)
    },
    onSuccess: async (pool) => {
      await client.invalidateQueries({ queryKey: ['pools'] })
      await navigate({ to: '/work-pools/work-pool/$name', params: { name: pool.name } })
    },
    onError: (error) =>
      setComplaints(
        error instanceof ApiError && error.status === 409
          ? { name: 'There is a pool with this name. Choose another.' }
          : { form: reasonOf(error) },
      ),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTyped(
      fields.map((field) => ({ ...field, required: false })),
      typed,
    )
    const found: Record<string, string> = { ...read.complaints }
    if (!/^[^/%&><]+$/.test(name)) found['name'] = 'A name is needed; it cannot hold / % & < >.'
    if (slug !== undefined && block === '') found['credentials'] = 'A push pool needs credentials. Store a key first.'
    setComplaints(found)
    if (Object.keys(found).length === 0) create.mutate(read.values)
  }
  const change = (field: string, text: string | null) => setTyped({ ...typed, [field]: text })
  return (
    <div className="sec">
      <form className="form" onSubmit={submit} noValidate>
        <Field id="pool-name" label="Name" type="required" error={complaints['name']}>
          <input
            id="pool-name"
            className="f"
            autoComplete="off"
            placeholder="gcr-prod"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {slug === undefined ? null : (
          <Field
            id="pool-credentials"
            label="Credentials"
            type="block, required"
            error={complaints['credentials']}
            help="The key with which jobs are created in your project."
          >
            <span className="row">
              <select id="pool-credentials" value={block} onChange={(event) => setChosen(event.target.value)}>
                {credentials.data === undefined || credentials.data.length === 0 ? (
                  <option value="">None stored yet</option>
                ) : null}
                {(credentials.data ?? []).map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
              <Link className="btn" to="/blocks/catalog/$slug/create" params={{ slug }}>
                New…
              </Link>
            </span>
          </Field>
        )}
        <SchemaFields fields={first} typed={typed} complaints={complaints} onChange={change} />
        <details open={rest.some((field) => complaints[field.name] !== undefined) || undefined}>
          <summary>More: {rest.length} settings that have a usual value</summary>
          <fieldset>
            <SchemaFields fields={rest} typed={typed} complaints={complaints} onChange={change} />
          </fieldset>
        </details>
        {complaints['form'] === undefined ? null : (
          <p className="err" role="alert">
            <Icon name="s-failed" />
            {complaints['form']}
          </p>
        )}
        <div className="form-f">
          <button className="btn pri lg" type="submit" disabled={create.isPending}>
            {create.isPending ? 'Creating…' : 'Create pool'}
          </button>
          <span className="help">A pool is free until something runs.</span>
        </div>
      </form>
    </div>
  )
}
