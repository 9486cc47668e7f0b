import type { BlockType } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { Loading, Problem } from '../parts/feedback.tsx'
import { Head } from '../parts/head.tsx'
import { Icon } from '../parts/icon.tsx'

export function BlockCatalogPage() {
  const [text, setText] = useState('')
  const { data, error } = useQuery({
    queryKey: ['block-types'],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.post<BlockType[]>('/block_types/filter', { limit: 200 }, { signal }),
  })
  const types = (data ?? []).filter(({ name, description }) =>
    `${name} ${description ?? ''}`.toLowerCase().includes(text.toLowerCase()),
  )
  return (
    <>
      <Head
        title="What a block can hold"
        say="Types that this server knows. Clients add theirs with prefect block register."
      />
      <div className="sec tools">
        <span className="inp log-find">
          <Icon name="search" />
          <input
            data-search
            aria-label="Find a type"
            placeholder="Find a type"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </span>
      </div>
      {error !== null ? <Problem error={error} /> : data === undefined ? <Loading what="block types" /> : null}
      <div className="cat">
        {types.map((type) => (
          <Link key={type.id} to="/blocks/catalog/$slug/create" params={{ slug: type.slug }} preload={false}>
            <span className="gl">
              <Icon name={/credential|secret|key/i.test(type.name) ? 'key-round' : 'box'} />
            </span>
            <b className="b">{type.name}</b>
            <Icon name="chevron-right" className="i-14" />
            <p title={type.description ?? ''}>{type.description ?? type.slug}</p>
          </Link>
        ))}
      </div>
    </>
  )
}
