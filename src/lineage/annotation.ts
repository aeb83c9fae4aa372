import { builder, decodeGlobalID } from '#src/api/builder.ts';
import { batched, type Context, grouped } from '#src/api/context.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import type { NoteModel } from '#src/database/generated/models.ts';
import { badInput, UserError } from '#src/errors.ts';
import { loadRun } from '#src/runs/load.ts';
import { runTypeName } from '#src/runs/names.ts';
import { loadEntity } from './entity.ts';
import { entityTypeName } from './graph.ts';

/** What people say of a run (`RUN`, its id) or an entity (its kind, its digest). */
interface Subject {
  kind: 'RUN' | EntityKind;
  key: string;
}
const text = ({ kind, key }: Subject) => `${kind} ${key}`;

export const tagsOf = batched<Subject, string[]>(async (subjects, { lab }) => {
  const rows = await lab.db.prisma.tag.findMany({ where: { OR: [...subjects] }, orderBy: { tag: 'asc' } });
  return grouped(subjects.map(text), rows, (row) => `${row.kind} ${row.key}`).map((group) =>
    group.map((row) => row.tag),
  );
}, text);

export const notesOf = batched<Subject, NoteModel[]>(async (subjects, { lab }) => {
  const rows = await lab.db.prisma.note.findMany({ where: { OR: [...subjects] }, orderBy: { id: 'asc' } });
  return grouped(subjects.map(text), rows, (row) => `${row.kind} ${row.key}`);
}, text);

export const NoteType = builder.objectRef<NoteModel>('Note').implement({
  fields: (t) => ({ text: t.exposeString('text'), at: t.expose('at', { type: 'DateTime' }) }),
});

async function subjectOf(context: Context, id: string): Promise<Subject> {
  const { typename, id: key } = decodeGlobalID(id);
  const kind = (Object.keys(entityTypeName) as EntityKind[]).find((k) => entityTypeName[k] === typename);
  const found = kind
    ? await loadEntity(context, { kind, digest: key })
    : Object.values(runTypeName).includes(typename) && (await loadRun(context, key));
  if (found) return { kind: kind ?? 'RUN', key };
  const message = `there is no run or entity with the id "${id.slice(0, 100)}"`;
  throw new UserError('NOT_FOUND', message, [{ path: 'node', message }]);
}

function checkTag(tag: string): string {
  const normal = tag.trim().normalize('NFC');
  if (normal === '' || normal.length > 64)
    throw badInput('add', `"${tag.slice(0, 80)}" is not a tag: 1 to 64 characters`);
  return normal;
}

builder.mutationFields((t) => ({
  tag: t.stringList({
    description: 'Adds and removes tags of a run or an entity; returns the tags it has then.',
    args: {
      node: t.arg.id({ required: true }),
      add: t.arg.stringList({ defaultValue: [] }),
      remove: t.arg.stringList({ defaultValue: [] }),
    },
    resolve: async (_root, { node, add, remove }, context) => {
      const subject = await subjectOf(context, node);
      const tags = add!.map(checkTag);
      await context.lab.db.prisma.$transaction([
        context.lab.db.prisma.tag.createMany({
          data: tags.map((tag) => ({ ...subject, tag })),
          skipDuplicates: true,
        }),
        context.lab.db.prisma.tag.deleteMany({ where: { ...subject, tag: { in: remove! } } }),
      ]);
      return tagsOf(context, subject);
    },
  }),
  annotate: t.field({
    type: [NoteType],
    description: 'Adds a note to a run or an entity; notes are kept, never edited. Returns all of them.',
    args: { node: t.arg.id({ required: true }), text: t.arg.string({ required: true }) },
    resolve: async (_root, { node, text: words }, context) => {
      if (words.trim() === '' || words.length > 10_000)
        throw badInput('text', 'a note has 1 to 10,000 characters');
      const subject = await subjectOf(context, node);
      await context.lab.db.prisma.note.create({ data: { ...subject, text: words } });
      return notesOf(context, subject);
    },
  }),
}));
