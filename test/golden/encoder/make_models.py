"""Golden values for workers/encoder and workers/train: tiny random models as the Python libraries save them, what they
give for texts of uneven length, and the gradient of every parameter.

    bench/peers/setup
    bench/peers/.venv/bin/python test/golden/encoder/make_models.py

Everything is computed in double precision by torch, transformers and sentence-transformers of requirements.txt.
The folders are left as the libraries wrote them, but for the model card and values rounded to fewer bytes:

    bert, xlm-roberta     sentence-transformers folders, mean and CLS pooling
    dense                 BERT, max pooling, two Dense modules, Normalize (the layout of LaBSE)
    masked-lm             plain transformers folder of XLMRobertaForMaskedLM: bf16, in shards, under a prefix
    legacy                plain transformers folder of BertForMaskedLM: fp16, layer norms called gamma and beta
    static, model2vec     StaticEmbedding; and a vocabulary-quantised model2vec folder
    expected.json         vectors of every folder, under every pooling where it has layers
    gradients/*.safetensors   d loss / d parameter for every pooling of bert and xlm-roberta, and for dense, under
                          the parameters' names in Isogloss
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForMaskedLM,
    XLMRobertaModel,
)

here = Path(__file__).parent
generator = torch.Generator().manual_seed(20261125)
words = ["the", "salt", "sea", "is", "wide", "deep", "바다", "는", "소금", "넓다", "##s", "##가", "gray", "sky"]

anchors = ["sea", "the salt sea is wide", "바다는 넓다", "gray sky the sea the deep salt sea"]
positives = ["the deep sea", "sea salt", "소금바다 는 넓다 바다가", "sky"]
negatives = ["소금", "the sky is the sky is the sky", "gray", "deep seas wide 바다"]
texts = anchors + positives + negatives + ["", "seas"]


def word_piece():
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + words
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocab)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=16, **names), len(vocab)


def sentencepiece():
    pieces = ["▁" + w.removeprefix("##") for w in words] + list("▁seadltwipkyrg바다는가소금넓")
    vocab = ["<s>", "<pad>", "</s>", "<unk>"] + list(dict.fromkeys(pieces))
    scores = [0.0] * 4 + [-1 - i / 8 for i in range(len(vocab) - 4)]
    tokenizer = Tokenizer(models.Unigram(list(zip(vocab, scores)), unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=16, **names), len(vocab)


def shape(vocab_size):
    """Without dropout: a golden gradient must be one."""
    sizes = {"num_hidden_layers": 2, "hidden_size": 12, "num_attention_heads": 3, "intermediate_size": 20}
    dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return {"vocab_size": vocab_size, "max_position_embeddings": 18, **sizes, **dropout}


def randomise(model):
    """Large enough that attention and pooling choose; transformers' own 0.02 leaves all tokens alike. Half precision
    holds these numbers exactly, so that every file of a model holds the same model."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator, dtype=torch.float64)
            value = (1 if "LayerNorm.weight" in name else 0) + (0.7 if "dense" in name.lower() else 0.4) * noise
            p.copy_((value * 64).round() / 64)
    return model.eval()


def transformer(architecture, config, tokenizer):
    folder = here / "unsaved"
    randomise(architecture(config)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    module = Transformer(str(folder))
    module.max_seq_length = 16
    shutil.rmtree(folder)
    return module


def save(model, name):
    folder = here / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save(str(folder), create_model_card=False)
    (folder / "README.md").unlink(missing_ok=True)


def our_name(name, modules):
    """0.model.encoder.layer.0... -> encoder.layer.0...; 2.linear.weight -> 2_Dense.linear.weight"""
    index, rest = name.split(".", 1)
    kind = type(modules[int(index)]).__name__
    return rest.split(".", 1)[1] if kind == "Transformer" else f"{index}_{kind}.{rest}"


def gold(name, modules, poolings=("mean", "cls", "max"), prompts=None):
    """Saves the model, its vectors and its gradients under each of these poolings."""
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    save(model, name)
    model = model.double()
    found = {"vectors": {}, "loss": {}}
    for pooling in poolings:
        changed = list(modules)
        changed[1] = Pooling(12, pooling_mode=pooling)
        variant = SentenceTransformer(modules=[m for m in changed if not isinstance(m, Normalize)], device="cpu")
        variant = variant.double().eval()
        with torch.no_grad():
            found["vectors"][pooling] = variant.encode(texts, convert_to_tensor=True, batch_size=5).tolist()
        loss = MultipleNegativesRankingLoss(variant, scale=20.0)(
            [variant.preprocess(column) for column in (anchors, positives, negatives)], None
        )
        variant.zero_grad()
        loss.backward()
        found["loss"][pooling] = loss.item()
        gradients = {
            our_name(n, changed): p.grad.float() for n, p in variant.named_parameters() if p.grad is not None
        }
        (here / "gradients").mkdir(exist_ok=True)
        save_file(gradients, here / "gradients" / f"{name}-{pooling}.safetensors")
    return found


def plain(name, model, tokenizer, dtype, rename=lambda n: n, **options):
    """A folder of transformers' own, and the mean of its last hidden states."""
    folder = here / name
    shutil.rmtree(folder, ignore_errors=True)
    randomise(model).to(dtype).save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    whole = folder / "model.safetensors"
    if whole.exists():
        save_file({rename(n): t for n, t in load_file(whole).items()}, whole, {"format": "pt"})
    encoder = model.double().base_model
    vectors = []
    with torch.no_grad():
        for text in texts:
            hidden = encoder(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            vectors.append(hidden.mean(0).tolist())
    return {"vectors": {"mean": vectors}}


def static():
    tokenizer, vocab = word_piece()
    table = torch.randn(vocab, 6, generator=generator)
    save(SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=table), Normalize()]), "static")
    # What model2vec 0.6 and later saves of a vocabulary-quantised model: rows that tokens share, and their weights.
    folder = here / "model2vec"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows = torch.randn(7, 6, generator=generator).half()
    mapping = torch.randint(0, 7, (vocab,), generator=generator)
    weights = torch.rand(vocab, generator=generator)
    save_file({"embeddings": rows, "mapping": mapping, "weights": weights}, folder / "model.safetensors")
    tokenizer._tokenizer.save(str(folder / "tokenizer.json"))
    config = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True, "hidden_dim": 6}
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    found = {}
    for name in ("static", "model2vec"):
        module = StaticEmbedding.load(str(here / name))
        found[name] = {"vectors": {"mean": SentenceTransformer(modules=[module, Normalize()]).encode(texts).tolist()}}
    return found


def main():
    wordpiece, bert_vocab = word_piece()
    unigram, xlmr_vocab = sentencepiece()
    # One row more than the tokenizer has ids, as tables that were rounded up have.
    bert = BertConfig(**shape(bert_vocab + 1), pad_token_id=0)
    xlmr = XLMRobertaConfig(
        **shape(xlmr_vocab), type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, layer_norm_eps=1e-5
    )
    dense = [
        Dense(12, 7, activation_function=torch.nn.Tanh()),
        Dense(7, 5, bias=False, activation_function=torch.nn.Identity()),
    ]
    expected = {
        "texts": texts,
        "batch": {"anchors": anchors, "positives": positives, "negatives": negatives, "scale": 20.0},
        "bert": gold(
            "bert",
            [transformer(BertModel, bert, wordpiece), Pooling(12, pooling_mode="mean"), Normalize()],
        ),
        "xlm-roberta": gold(
            "xlm-roberta",
            [transformer(XLMRobertaModel, xlmr, unigram), Pooling(12, pooling_mode="cls")],
            prompts={"query": "sea: ", "document": "sky: "},
        ),
        "dense": gold(
            "dense",
            [
                transformer(BertModel, bert, wordpiece),
                Pooling(12, pooling_mode="max"),
                *[randomise(d) for d in dense],
                Normalize(),
            ],
            ["max"],
        ),
        "masked-lm": plain("masked-lm", XLMRobertaForMaskedLM(xlmr), unigram, torch.bfloat16, max_shard_size="6KB"),
        "legacy": plain(
            "legacy",
            BertForMaskedLM(bert),
            wordpiece,
            torch.float16,
            lambda n: n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
        ),
        **static(),
    }
    (here / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


main()
