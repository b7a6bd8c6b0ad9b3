/* What a person has entered into one message, modal or home, as Slack's view.state.values: block_id → action_id → value. */

const forms = new Map();

class Form {
  constructor(known) {
    this.values = new Map(Object.entries(known).map(([blockId, actions]) => [blockId, new Map(Object.entries(actions))]));
  }

  get(blockId, actionId) {
    return this.values.get(blockId)?.get(actionId);
  }

  set(blockId, actionId, value) {
    if (!this.values.has(blockId)) this.values.set(blockId, new Map());
    this.values.get(blockId).set(actionId, value);
  }

  /** The value entered so far, else the block's initial one, which the server knows itself and an update may change. */
  start(blockId, actionId, initial) {
    return this.get(blockId, actionId) ?? initial;
  }

  toJSON() {
    return Object.fromEntries([...this.values].map(([blockId, actions]) => [blockId, Object.fromEntries(actions)]));
  }

  /** Only the blocks that are drawn now: a block that an update took away is no part of the answer. */
  valuesOf(blocks) {
    const all = this.toJSON();
    return Object.fromEntries(blocks.filter((block) => all[block.block_id]).map((block) => [block.block_id, all[block.block_id]]));
  }
}

/** `known`: what the server already holds of it, after a reload of the page. */
export function formOf(key, known = {}) {
  if (!forms.has(key)) forms.set(key, new Form(known));
  return forms.get(key);
}

export const forgetForm = (key) => forms.delete(key);
