/** The page to read the API's document: made from the document itself. */
import { html } from 'hono/html';
import type { Document, Parameter, Schema } from '../openapi.js';
import { type Html, page } from './layout.js';

/** An operation as the document has it, as far as the page shows it. */
interface Shown {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly { readonly token?: readonly string[] }[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Placed extends Shown {
  readonly path: string;
  readonly method: string;
}

export function referencePage(document: Document): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, shown]): Placed => ({ ...(shown as Shown), path, method })),
  );
  const groups = [...new Set(operations.flatMap(({ tags }) => tags))];
  const inGroup = (group: string) => operations.filter(({ tags }) => tags.includes(group));
  const schemas = Object.entries(document.components.schemas);
  return page(
    'The API of Giverny',
    html`<header class="top"><a href="/">Giverny</a> <span>API ${document.info.version}</span> <a href="/v1/openapi.json">openapi.json</a></header>
<div class="reference">
<nav aria-label="Contents">
  ${groups.map(
    (group) => html`<strong>${group}</strong>
  <ul>${inGroup(group).map(
    ({ operationId, method, path }) =>
      html`<li><a href="#${operationId}">${badge(method)}<span>${breakable(path)}</span></a></li>`,
  )}</ul>`,
  )}
  <strong>Schemas</strong>
  <ul>${schemas.map(([name]) => html`<li><a href="#${name}">${name}</a></li>`)}</ul>
</nav>
<main>
  <h1>The API of Giverny</h1>
  ${document.info.description.split('\n\n').map((text) => html`<p>${text}</p>`)}
  ${groups.map((group) => html`<h2>${group}</h2>${inGroup(group).map(operationPart)}`)}
  <h2>Schemas</h2>
  ${schemas.map(
    ([name, schema]) => html`<section class="schema" id="${name}">
    <h3>${name}</h3>
    ${schema.description ? html`<p>${schema.description}</p>` : ''}
    ${fields(schema)}
  </section>`,
  )}
</main>
</div>`,
  );
}

const badge = (method: string) => html`<b class="method ${method}">${method.toUpperCase()}</b>`;

/** A path that a narrow page may break after each slash. */
const breakable = (path: string) => path.split(/(?<=\/)/).map((part) => html`${part}<wbr>`);

function operationPart(operation: Placed): Html {
  const { operationId, method, path, summary, description, security, parameters, requestBody, responses } = operation;
  const scope = security[0]?.token?.[0];
  return html`<section class="operation" id="${operationId}">
    <h3>${badge(method)}<code>${breakable(path)}</code></h3>
    <p>${summary}${description ? ` ${description}` : ''}</p>
    <p class="scope">${scope ? html`Token with the scope <code>${scope}</code>` : 'No token'}</p>
    ${parameters ? parameterTable(parameters) : ''}
    ${requestBody ? html`<h4>Body</h4>${contents(requestBody.content)}` : ''}
    <h4>Answers</h4>
    <dl>${Object.entries(responses).map(
      ([status, response]) =>
        html`<dt>${status}</dt><dd>${response.description} ${response.content ? contents(response.content) : ''}</dd>`,
    )}</dl>
  </section>`;
}

const parameterTable = (parameters: readonly Parameter[]) => html`<h4>Parameters</h4>
<table><tbody>${parameters.map(
  ({ name, in: where, schema, description }) => html`<tr>
  <th scope="row"><code>${name}</code><small>${where}</small></th>
  <td>${typeOf(schema)}${bounds(schema)} ${description ?? ''}</td>
</tr>`,
)}</tbody></table>`;

const contents = (content: Content) =>
  Object.entries(content).map(([type, { schema }]) => html`<div><code>${type}</code> ${typeOf(schema)}</div>`);

/** The fields of an object, those within them folded. */
function fields({ properties = {}, required = [] }: Schema): Html {
  return html`<table><tbody>${Object.entries(properties).map(([name, schema]) => {
    const inner = [schema, schema.items, ...(schema.anyOf ?? [])].find((each) => each?.properties);
    return html`<tr>
  <th scope="row"><code>${name}</code>${required.includes(name) ? html`<small>required</small>` : ''}</th>
  <td>${typeOf(schema)}${bounds(schema)} ${schema.description ?? ''}${
    inner ? html`<details><summary>Fields</summary>${fields(inner)}</details>` : ''
  }</td>
</tr>`;
  })}</tbody></table>`;
}

/** A type in words: links where it is a schema of its own. */
function typeOf(schema: Schema): Html {
  const { $ref, anyOf, oneOf, items, type = 'any', format, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1);
    return html`<a href="#${name}">${name}</a>`;
  }
  const some = anyOf ?? oneOf;
  if (some) return html`${some.map((each, i) => html`${i > 0 ? ' or ' : ''}${typeOf(each)}`)}`;
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum)
    return html`${schema.enum.map((value, i) => html`${i > 0 ? ' | ' : ''}<code>${String(value)}</code>`)}`;
  if (items) return html`list of ${typeOf(items)}`;
  if (type === 'object' && typeof additionalProperties === 'object' && !schema.properties) {
    return html`object of ${typeOf(additionalProperties)}`;
  }
  return html`<i>${format ?? type}</i>`;
}

function bounds({ minimum, maximum, default: value }: Schema): string {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `, ${minimum} to ${maximum}`
      : minimum !== undefined
        ? `, at least ${minimum}`
        : '';
  return `${range}${value === undefined ? '' : `, by default ${JSON.stringify(value)}`}.`;
}
