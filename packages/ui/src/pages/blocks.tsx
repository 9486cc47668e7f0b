import type { BlockDocument } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { Empty, Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { Time } from '../parts/time.tsx'

export function BlocksPage() {
  const now = useNow(false)
  const [text, setText] = useState('')
  const { data, error } = useQuery({
    queryKey: ['blocks'],
    queryFn: ({ signal }) =>
      api.post<BlockDocument[]>(
        '/block_documents/filter',
        { block_documents: { is_anonymous: { eq_: false } }, limit: 200 },
        { signal },
      ),
  })
  const rows = (data ?? []).filter((block) =>
    `${block.name ?? ''} ${block.block_type_name ?? ''}`.toLowerCase().includes(text.toLowerCase()),
  )
  return (
    <>
      <Head
        title="Blocks & secrets"
        say="Credentials and settings that pools and flows use by name. What is secret is sealed and never shown again."
        actions={
          <>
            <Link className="btn" to="/blocks/catalog">
              All types
            </Link>
            <Link className="btn pri" to="/blocks/catalog/$slug/create" params={{ slug: 'gcp-credentials' }}>
              <Icon name="plus" />
              GCP Credentials
            </Link>
          </>
        }
      />
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="blocks" /> : null}
      {data?.length === 0 ? (
        <Empty
          title="No block yet"
          command="prefect block register -m prefect_gcp"
          action={
            <Link className="btn pri" to="/blocks/catalog/$slug/create" params={{ slug: 'gcp-credentials' }}>
              Store a Google Cloud key
            </Link>
          }
        >
          A push pool needs the key of a service account to start jobs in your project. Store it once, here.
        </Empty>
      ) : null}
      {data !== undefined && data.length > 0 ? (
        <div className="sec">
          <div className="logbar">
            <span className="inp log-find">
              <Icon name="search" />
              <input
                data-search
                aria-label="Find a block"
                placeholder="Find by name or type"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </span>
            <span className="t12 mute">
              {rows.length} of {data.length}
            </span>
          </div>
          <table className="tbl">
            <caption className="sr">Blocks by name</caption>
            <thead>
              <tr>
                <th>Name</th>
                <th className="h-m">Type</th>
                <th className="h-m c-start">Changed</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((block) => (
                <tr key={block.id}>
                  <td>
                    <Link className="name" to="/blocks/block/$id" params={{ id: block.id }}>
                      {block.name}
                    </Link>
                    <span className="mo">{block.block_type_name}</span>
                  </td>
                  <td className="h-m dim">{block.block_type_name}</td>
                  <td className="h-m sub mono">
                    <Time at={block.updated} now={now} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  )
}
