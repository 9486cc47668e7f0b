import type { BlockDocument } from '@slipway/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Command, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonBlock } from '../parts/json-block.tsx'
import { useNow } from '../parts/now.ts'
import { Time } from '../parts/time.tsx'

const route = getRouteApi('/blocks/block/$id')

export function BlockPage() {
  const { id } = route.useParams()
  const [isAsked, setAsked] = useState(false)
  const navigate = useNavigate()
  const client = useQueryClient()
  const now = useNow(false)
  const { data, error } = useQuery({
    queryKey: ['blocks', id],
    queryFn: ({ signal }) => api.get<BlockDocument>(`/block_documents/${id}`, signal),
  })
  const remove = useMutation({
    mutationFn: () => api.delete(`/block_documents/${id}`),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ['blocks', id] })
      await navigate({ to: '/blocks' })
    },
  })
  if (error !== null) return <Problem error={error} title="This block cannot be shown" />
  if (data === undefined) return <Loading what="the block" />
  const name = data.name ?? 'Block without a name'
  const slug = data.block_type?.slug ?? ''
  return (
    <>
      <Head
        title={name}
        say={data.block_type_name}
        facts={
          <>
            <span>
              <Icon name="history" className="i-14" />
              <span>
                changed <Time at={data.updated} now={now} />
              </span>
            </span>
            <span className="mono">
              <Icon name="hash" className="i-14" />
              {data.id}
            </span>
          </>
        }
        actions={
          <button type="button" className="btn dan" onClick={() => setAsked(true)}>
            <Icon name="circle-x" />
            Delete…
          </button>
        }
      />
      <div className="sec pad stack">
        <div>
          <h2 className="lbl3">What it holds</h2>
          <p className="help">Secrets are shown as stars; nobody can read them back here.</p>
          <JsonBlock value={data.data} empty="Nothing." />
        </div>
        <div className="stack-2">
          <h2 className="lbl3">In Python</h2>
          <Command text={`Block.load("${slug}/${name}")`} />
        </div>
      </div>
      {isAsked ? (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete the block"
          danger
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsked(false)}
        >
          Pools and flows that use it stop working until they are given another. This cannot be undone.
        </Confirm>
      ) : null}
    </>
  )
}
