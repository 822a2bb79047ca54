// Comunica as a process that answers lines: NODE_PATH=…/node_modules node comunica_child.cjs
//
// The lines are those of jena_child.py. The store is N3's, in memory; the default graph is the union of all named graphs.
"use strict";
const { createInterface } = require("node:readline");
const { QueryEngine } = require("@comunica/query-sparql-rdfjs");
const { Parser, Store, DataFactory } = require("n3");

const store = new Store();
const engine = new QueryEngine();
const context = { sources: [store], unionDefaultGraph: true };

function add(graph, triples) {
  const name = DataFactory.namedNode(graph);
  store.addQuads(new Parser({ format: "N-Triples" }).parse(triples).map((t) => DataFactory.quad(t.subject, t.predicate, t.object, name)));
  return String(store.countQuads(null, null, null, name));
}

async function query(text, type) {
  // N3's parser and this engine keep no state between questions but the store, which changes
  await engine.invalidateHttpCache();
  const { data } = await engine.resultToString(await engine.query(text, context), type);
  let out = "";
  for await (const part of data) {
    out += part;
  }
  return out;
}

async function answer(asked) {
  if ("add" in asked) {
    return add(asked.add, asked.triples);
  }
  return "select" in asked ? query(asked.select, "application/sparql-results+json") : query(asked.construct, "application/n-triples");
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    let said;
    try {
      said = { ok: await answer(JSON.parse(line)) };
    } catch (error) {
      said = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}

main();
