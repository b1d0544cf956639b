"""Makes the golden files: tiny random models in transformers' own files, with its logits, loss, gradients and greedy texts, and a tokenizer.

Recipe: pip install torch==2.13.0 transformers==5.23.0 safetensors==0.8.0 gguf==0.19.0 accelerate; python make.py (in this folder); npm run format.
Each folder has what `save_pretrained` writes, `gradients.safetensors` and `expected.json`. `mixed.gguf` and `qwen2.gguf` are written by
the package gguf, with llama.cpp's names and order of rows; what they must be read as is what transformers reads from them.
"""

import json
from pathlib import Path

import gguf
import numpy
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    LogitsProcessorList,
    Qwen2Config,
    Qwen2ForCausalLM,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

HERE = Path(__file__).parent
SMALL = dict(
    vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0, initializer_range=0.3,
)  # fmt: skip
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)  # fmt: skip
PROMPTS = [[1, 7, 9], [1, 30, 4, 11, 25, 16, 8], [1], [1, 5, 5, 39, 12]]


def randomize(model):
    """Norms and biases of their own, too."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            if name.endswith("bias"):
                parameter.copy_(0.3 * torch.randn_like(parameter))


def greedy(model):
    length = max(map(len, PROMPTS))
    ids = torch.tensor([[0] * (length - len(p)) + p for p in PROMPTS])
    mask = torch.tensor([[0] * (length - len(p)) + [1] * len(p) for p in PROMPTS])
    out = model.generate(ids, attention_mask=mask, max_new_tokens=24, do_sample=False)[:, length:].tolist()
    return [row[: row.index(2)] if 2 in row else row for row in out]


def golden(name, model, dtype=torch.float32, **save):
    torch.manual_seed(7)
    randomize(model)
    model.to(dtype).save_pretrained(HERE / name, **save)
    model.float().eval()
    tokens = torch.randint(3, 40, (2, 9))
    logits = model(tokens).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
    loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    save_file(gradients | {"logits": logits.detach()}, HERE / name / "gradients.safetensors")
    expected = {"tokens": tokens.tolist(), "loss": loss.item(), "prompts": PROMPTS, "texts": greedy(model)}
    (HERE / name / "expected.json").write_text(json.dumps(expected) + "\n")


torch.manual_seed(1)
golden("llama-tied", LlamaForCausalLM(LlamaConfig(**SMALL, tie_word_embeddings=True)), dtype=torch.float16)
golden("llama-untied", LlamaForCausalLM(LlamaConfig(**SMALL, head_dim=6)), max_shard_size="8KB")
golden("llama3-scaled", LlamaForCausalLM(LlamaConfig(**SMALL, rope_parameters=LLAMA3, tie_word_embeddings=True)))
golden("qwen2", Qwen2ForCausalLM(Qwen2Config(**SMALL, tie_word_embeddings=False)), dtype=torch.bfloat16)

# What the next token is drawn from.
logits = torch.randn(1, 24) * 3
logits[0, 5] = logits[0, 9]
cases = []
for temperature, k, p in [(1.0, None, None), (0.7, 5, None), (1.5, None, 0.8), (0.9, 12, 0.6), (2.0, 1, 0.5), (1.0, 100, 1.0)]:
    warpers = [TemperatureLogitsWarper(temperature)]
    warpers += [TopKLogitsWarper(k)] if k else []
    warpers += [TopPLogitsWarper(p)] if p and p < 1 else []
    scores = LogitsProcessorList(warpers)(torch.zeros(1, 1, dtype=torch.long), logits.clone())
    cases.append({"temperature": temperature, "topK": k, "topP": p, "probabilities": scores.softmax(-1)[0].tolist()})
(HERE / "sampling.json").write_text(json.dumps({"logits": logits[0].tolist(), "cases": cases}) + "\n")


def permuted(weight, heads):
    """llama.cpp's order of the rows of q and k: the two halves of a head one by one."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(name, arch, model, types, rope_factors=None):
    config = model.config
    writer = gguf.GGUFWriter(HERE / name, arch)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    if rope_factors is not None:
        writer.add_key_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    names = {
        "model.embed_tokens.": "token_embd.", "model.norm.": "output_norm.", "lm_head.": "output.", "model.layers.": "blk.",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
        "post_attention_layernorm": "ffn_norm", "input_layernorm": "attn_norm",
    }  # fmt: skip
    if rope_factors is not None:
        writer.add_tensor("rope_freqs.weight", numpy.array(rope_factors, numpy.float32))
    for key, tensor in model.state_dict().items():
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        data = tensor.numpy()
        if arch == "llama" and "q_proj" in key:
            data = permuted(data, config.num_attention_heads)
        if arch == "llama" and "k_proj" in key:
            data = permuted(data, config.num_key_value_heads)
        kind = next((kind for part, kind in types.items() if part in key), gguf.GGMLQuantizationType.F32)
        for old, new in names.items():
            key = key.replace(old, new)
        writer.add_tensor(key, gguf.quants.quantize(data, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    if rope_factors is not None:
        return
    read = AutoModelForCausalLM.from_pretrained(HERE, gguf_file=name, dtype=torch.float32).state_dict()
    if config.tie_word_embeddings:
        del read["lm_head.weight"]
    save_file({key: tensor.contiguous() for key, tensor in read.items()}, HERE / f"{name}.safetensors")


Q = gguf.GGMLQuantizationType
WIDE = SMALL | dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1)
torch.manual_seed(3)
model = LlamaForCausalLM(LlamaConfig(**WIDE, tie_word_embeddings=True))
randomize(model)
kinds = {"embed": Q.F16, "q_proj": Q.Q8_0, "k_proj": Q.Q4_0, "v_proj": Q.Q4_1, "o_proj": Q.BF16, "gate": Q.Q8_0, "up": Q.Q4_0}
write_gguf("mixed.gguf", "llama", model, kinds)
model = Qwen2ForCausalLM(Qwen2Config(**WIDE, tie_word_embeddings=False))
randomize(model)
write_gguf("qwen2.gguf", "qwen2", model, {"proj.weight": Q.Q8_0, "embed": Q.F16, "lm_head": Q.F16})

# Llama 3.1's stretching, of which llama.cpp keeps a factor for each plane.
PUBLISHED = LLAMA3 | dict(original_max_position_embeddings=8192)
model = LlamaForCausalLM(LlamaConfig(**WIDE | dict(head_dim=64, rope_parameters=PUBLISHED, tie_word_embeddings=True)))
plain = 500000.0 ** -(torch.arange(0, 64, 2) / 64)
write_gguf("scaled.gguf", "llama", model, {"weight": Q.Q4_0}, (plain / model.model.rotary_emb.inv_freq).tolist())

# A byte-level tokenizer with special tokens around a text, and what the package tokenizers makes of some texts.
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
words = ["the list of numbers is 1, 2, 3", "remove all numbers below 5 from the list", "the numbers of the list, sorted"]
trainer = trainers.BpeTrainer(
    vocab_size=290, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
)
tokenizer.train_from_iterator(words, trainer)
tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
(HERE / "tokenizer").mkdir(exist_ok=True)
tokenizer.save(str(HERE / "tokenizer" / "tokenizer.json"), pretty=False)
texts = ["the list of numbers", "  two spaces, and\ta tab\n", "Grüße an 東京 \U0001f984!", "", "a</s>b <s> c", "don't 1234567 . , ?"]
cases = []
for text in texts:
    ids = tokenizer.encode(text).ids
    bare = tokenizer.encode(text, add_special_tokens=False).ids
    cases.append(
        {"text": text, "ids": ids, "bare": bare, "decoded": tokenizer.decode(ids), "special": tokenizer.decode(ids, skip_special_tokens=False)}
    )
(HERE / "tokenizer" / "expected.json").write_text(json.dumps(cases) + "\n")
