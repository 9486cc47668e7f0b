import type { JsonObject } from '@slipway/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ApiError, reasonOf } from '../api/client.ts'
import { type Complaints, fieldsOf, initialTyped, readJson, readTyped } from '../lib/schema-form.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Field, SchemaFields } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { KeyDrop } from '../parts/key-drop.tsx'
import { createBlock, type TypeWithSchema, useBlockType } from './block-queries.ts'

const route = getRouteApi('/blocks/catalog/$slug/create')
const KEY_FIELD = 'service_account_info'

export function BlockCreatePage() {
  const { slug } = route.useParams()
  const { data, error } = useBlockType(slug)
  if (error !== null) return <Problem error={error} title={`There is no block type ${slug}`} />
  if (data === undefined) return <Loading what="the block type" />
  return <BlockForm key={slug} given={data} />
}

function BlockForm({ given }: { given: TypeWithSchema }) {
  const isKey = given.type.slug === 'gcp-credentials'
  const fields = fieldsOf(given.schema?.fields ?? {}).filter(({ name }) => !isKey || name === 'project')
  const [name, setName] = useState('')
  const [typed, setTyped] = useState(() => initialTyped(fields))
  const [key, setKey] = useState('')
  const [complaints, setComplaints] = useState<Complaints>({})
  const navigate = useNavigate()
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (data: JsonObject) => createBlock(name, given, data),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['blocks'] })
      await navigate({ to: '/blocks/block/$id', params: { id } })
    },
    onError: (error) => setComplaints(placeOf(error, isKey)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTyped(fields, typed)
    const found: Record<string, string> = { ...read.complaints }
    if (!/^[a-z0-9-]+$/.test(name)) found['name'] = 'A name is lower-case letters, digits and hyphens: gcp-prod.'
    const keyData: Record<string, JsonObject[string]> = {}
    if (isKey) {
      const parsed = readJson(key)
      if (key.trim() === '') found[KEY_FIELD] = 'Drop or paste the key file of a service account.'
      else if ('error' in parsed) found[KEY_FIELD] = `${parsed.error}. Nothing has been saved.`
      else keyData[KEY_FIELD] = parsed.value
    }
    setComplaints(found)
    if (Object.keys(found).length === 0) save.mutate({ ...read.values, ...keyData })
  }
  return (
    <>
      <Head title={`New ${given.type.name}`} say={given.type.description ?? undefined} />
      <div className="sec">
        <form className="form" onSubmit={submit} noValidate>
          <Field
            id="block-name"
            label="Name"
            type="required"
            help="Pools and flows use the block by this name."
            error={complaints['name']}
          >
            <input
              id="block-name"
              className="f"
              autoComplete="off"
              aria-invalid={complaints['name'] !== undefined}
              aria-describedby="block-name-why block-name-help"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          {isKey ? (
            <Field
              id="block-key"
              label="Key of the service account"
              type="JSON, required"
              help="It is sent to this server only, checked, and sealed before it is kept."
              error={complaints[KEY_FIELD]}
            >
              <KeyDrop id="block-key" text={key} isBad={complaints[KEY_FIELD] !== undefined} onChange={setKey} />
            </Field>
          ) : null}
          <SchemaFields
            fields={fields}
            typed={typed}
            complaints={complaints}
            onChange={(field, text) => setTyped({ ...typed, [field]: text })}
          />
          {complaints['form'] === undefined ? null : (
            <p className="err" role="alert">
              <Icon name="s-failed" />
              {complaints['form']}
            </p>
          )}
          <div className="form-f">
            <button className="btn pri lg" type="submit" disabled={save.isPending}>
              {save.isPending ? 'Checking…' : 'Save block'}
            </button>
            <span className="help">Nothing is saved before everything is right.</span>
          </div>
        </form>
      </div>
    </>
  )
}

/** The server's reason, at the field that it is about. */
function placeOf(error: Error, isKey: boolean): Complaints {
  const reason = reasonOf(error)
  if (!(error instanceof ApiError)) return { form: reason }
  if (error.status === 409) return { name: 'There is a block of this type with this name. Choose another name.' }
  const { name, ...others } = error.fields
  if (name !== undefined) return { ...others, name }
  if (isKey && error.status === 422)
    return { [KEY_FIELD]: `${reason.replace(/^service_account_info: /, '')}. Nothing has been saved.` }
  return Object.keys(others).length > 0 ? { ...others, form: reason } : { form: reason }
}
