"""Makes the golden files: logits that PEFT computes with adapters of ours, and an adapter of PEFT's own with its logits.

Recipe: pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2 safetensors==0.8.0; python make.py (in this folder, after npm ci);
npm run format. `subject.ts` writes the base and the adapters of ours; `from-peft` is what PEFT's `save_pretrained` writes.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import peft
import torch
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
SEQUENCES = torch.tensor([[3, 9, 4, 17, 5, 20], [11, 8, 23, 3, 3, 14]])


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def logits(model):
    with torch.no_grad():
        return [round(x, 6) for x in model(SEQUENCES).logits.flatten().tolist()]


expected = {"versions": f"peft {peft.__version__}, torch {torch.__version__}", "cases": {}}
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    subprocess.run(["node", "--import", "tsx", str(HERE / "subject.ts"), name], check=True, cwd=HERE.parents[2])
    for adapter in sorted(path for path in folder.iterdir() if (path / "adapter_config.json").exists()):
        with_peft = logits(peft.PeftModel.from_pretrained(load(folder / "base"), adapter).eval())
        merged = logits(load(folder / f"{adapter.name} merged"))
        apart = max(abs(x - y) for x, y in zip(with_peft, merged))
        print(f"{adapter.name}: PEFT and merged weights differ by at most {apart:.1e}")
        assert apart < 1e-4
        digest = hashlib.sha256((adapter / "adapter_model.safetensors").read_bytes()).hexdigest()
        expected["cases"][adapter.name] = {"weights": digest, "logits": with_peft}

    torch.manual_seed(3)
    config = peft.LoraConfig(r=3, lora_alpha=5, use_rslora=True, target_modules=["k_proj", "o_proj", "gate_proj"], task_type="CAUSAL_LM")
    model = peft.get_peft_model(load(folder / "base"), config).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" in key:
                parameter.copy_(0.3 * torch.randn_like(parameter))
    expected["from-peft"] = logits(model)
    model.save_pretrained(folder / "saved")
    (HERE / "from-peft").mkdir(exist_ok=True)
    fields = json.loads((folder / "saved" / "adapter_config.json").read_text()) | {"base_model_name_or_path": "base"}
    (HERE / "from-peft" / "adapter_config.json").write_text(json.dumps(fields, indent=2))
    shutil.copy(folder / "saved" / "adapter_model.safetensors", HERE / "from-peft")

(HERE / "expected.json").write_text(json.dumps(expected))
