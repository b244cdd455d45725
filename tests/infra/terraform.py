"""Runs Terraform on a copy of the module, if it and the provider of AWS are on the machine. Standard library only.

The provider is not fetched: a folder is looked for that holds `registry.terraform.io/hashicorp/aws`, as `terraform providers mirror` makes
it; TF_PLUGIN_DIR or Terraform's own TF_PLUGIN_CACHE_DIR names it, or it is in one of the usual places.
"""

import os
import pathlib
import shutil
import subprocess

import tools

MODULE = tools.ROOT / "infra/terraform"
USUAL = ["~/.terraform.d/plugins", "~/.terraform.d/plugin-cache", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"]


def missing():
    """What Terraform cannot run without and is not on this machine, or nothing."""
    return "no terraform" if shutil.which("terraform") is None else None if plugins() else "no provider of AWS, which TF_PLUGIN_DIR could name"


def plugins():
    """The folder that holds the provider of AWS."""
    named = [os.environ.get(name) for name in ("TF_PLUGIN_DIR", "TF_PLUGIN_CACHE_DIR")]
    folders = [pathlib.Path(of).expanduser() for of in [*named, *USUAL] if of] + sorted(pathlib.Path("/opt").glob("*"))
    return next((of for of in folders if list(of.glob("registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"))), None)


def copy(folder):
    """A copy of the module, so that nothing of Terraform's is left in the checkout."""
    shutil.copytree(MODULE, folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    return folder


def environment(endpoint):
    """Nothing of this machine's settings counts, and nobody outside is asked."""
    kept = {name: value for name, value in tools.environment(endpoint).items() if not name.startswith("TF_")}
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_CONFIG_FILE": os.devnull}


def run(folder, *arguments, endpoint=None):
    """What Terraform says."""
    return tools.run(["terraform", f"-chdir={folder}", *arguments], env=environment(endpoint))


def refusal(folder, *arguments, endpoint=None):
    """Why Terraform does not do something."""
    done = subprocess.run(["terraform", f"-chdir={folder}", *arguments], env=environment(endpoint), capture_output=True, text=True)
    assert done.returncode != 0, f"`terraform {' '.join(arguments)}` is not refused"
    return done.stderr


def init(folder):
    run(folder, "init", "-no-color", "-input=false", "-backend=false", f"-plugin-dir={plugins()}")
