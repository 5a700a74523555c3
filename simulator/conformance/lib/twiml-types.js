// Every element, attribute and enum value that the SDK's type file knows.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import twilio from 'twilio';

const require = createRequire(import.meta.url);
/** Reads the type file: classes with their methods, interfaces, and enums. */
function declarations(root) {
  const file = require.resolve(`twilio/lib/twiml/${root}`).replace(/\.js$/, '.d.ts');
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = { classes: new Map(), attributes: new Map(), enums: new Map() };
  const nameOf = (node) => node.name.text ?? node.name.getText();
  const typeOf = (node) => (node.type ? node.type.getText().replace(`${root}.`, '') : 'any');
  const visit = (node) => {
    if (ts.isClassDeclaration(node)) {
      const methods = new Map();
      for (const method of node.members.filter(ts.isMethodDeclaration)) {
        const parameters = method.parameters.map((it) => ({ name: nameOf(it), type: typeOf(it) }));
        const longest = methods.get(nameOf(method));
        if (!longest || longest.parameters.length < parameters.length) methods.set(nameOf(method), { parameters, returns: typeOf(method) });
      }
      found.classes.set(nameOf(node), methods);
    } else if (ts.isInterfaceDeclaration(node)) {
      found.attributes.set(nameOf(node), node.members.map((it) => ({ name: nameOf(it), type: typeOf(it) })));
    } else if (ts.isTypeAliasDeclaration(node) && ts.isUnionTypeNode(node.type)) {
      found.enums.set(nameOf(node), node.type.types.map((it) => it.literal.text));
    } else if (ts.isTypeAliasDeclaration(node)) {
      found.enums.set(nameOf(node), [node.type.literal.text]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * All elements of a kind of response: `{ key, name, attributes: [{ name, type, values? }], build(attributes) }`. `key` is
 * the path of element names, `build` makes the document with the SDK.
 */
export function elements(textOf, root = 'VoiceResponse') {
  const { classes, attributes, enums } = declarations(root);
  const found = new Map();
  const walk = (className, key, build) => {
    for (const [method, { parameters, returns }] of classes.get(className)) {
      if (method.startsWith('comment')) continue;
      const described = parameters.find((it) => it.name === 'attributes')?.type;
      const text = parameters.find((it) => it.name !== 'attributes');
      const make = (values = {}, texts = true) => {
        const { root, parent } = build();
        const given = described ? [values] : [];
        const child = parent[method](...given, ...(text && texts ? [textOf(text.name)] : []));
        return { root, parent: child };
      };
      const node = make().parent;
      const name = node[node._propertyName].name;
      const own = key ? `${key}>${name}` : name;
      if (found.has(own)) continue;
      found.set(own, {
        key: own,
        name,
        attributes: (attributes.get(described) ?? []).map(({ name, type }) => {
          const single = type.replace(/\[\]$/, '');
          return { name, type: enums.has(single) ? 'enum' : type, values: enums.get(single) };
        }),
        build: (values) => make(values).root.toString(),
      });
      // SSML nests in itself without end: one level shows all of it.
      if (classes.has(returns) && !returns.startsWith('Ssml')) {
        // A Dial with a noun has no number of its own: beside a Conference it must not.
        walk(returns, own, () => make({}, name !== 'Dial'));
      }
    }
  };
  walk(root, '', () => {
    const response = new twilio.twiml[root]();
    return { root: response, parent: response };
  });
  return [...found.values()];
}
