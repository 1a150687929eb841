"""Writes names.json: the public names of Flax before Linen and of the JAX of its time, and the versions they came in.

    python docs/compatibility/names.py

Downloads the published packages (pip, no dependencies) into a temporary folder and reads their sources; nothing of them
is run. Needs Python 3.9 or later and pip.
"""
import ast
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

FLAX = ["0.1.0", "0.2.2", "0.3.6"]
JAX = "0.1.67"

# A public module's names: those that an __init__ imports ("imports"), those that a module defines ("defines"), or both.
# Names of a submodule that its package does not give again are listed with the submodule before them.
FLAX_PACKAGES = {
    "flax.nn": ("imports", "nn/__init__.py", "deprecated/nn/__init__.py"),
    "flax.nn.initializers": ("imports", "nn/initializers.py", "deprecated/nn/initializers.py"),
    "flax.optim": ("imports", "optim/__init__.py", "optim/__init__.py"),
    "flax.serialization": ("defines", "serialization.py", "serialization.py"),
    "flax.struct": ("defines", "struct.py", "struct.py"),
    "flax.traverse_util": ("defines", "traverse_util.py", "traverse_util.py"),
    "flax.jax_utils": ("defines", "jax_utils.py", "jax_utils.py"),
    "flax.training.lr_schedule": ("defines", "training/lr_schedule.py", "training/lr_schedule.py"),
    "flax.training.common_utils": ("defines", "training/common_utils.py", "training/common_utils.py"),
    "flax.training.checkpoints": ("defines", "training/checkpoints.py", "training/checkpoints.py"),
}
SUBMODULES = {
    "flax.nn": ["activation", "attention", "base", "linear", "normalization", "pooling", "recurrent", "stochastic"],
    "flax.optim": ["base", "dynamic_scale"],
}
JAX_PACKAGES = {
    "jax": ("imports", "__init__.py"),
    "jax.numpy": ("imports", "numpy/__init__.py"),
    "jax.numpy.linalg": ("both", "numpy/linalg.py"),
    "jax.numpy.fft": ("defines", "numpy/fft.py"),
    "jax.lax": ("imports", "lax/__init__.py"),
    "jax.random": ("defines", "random.py"),
    "jax.nn": ("defines", "nn/functions.py"),
    "jax.nn.initializers": ("defines", "nn/initializers.py"),
    "jax.tree_util": ("defines", "tree_util.py"),
    "jax.ops": ("imports", "ops/__init__.py"),
}

# What these modules let through without meaning it: other modules, loop variables, what JAX's own TODOs call internal.
NOT_MEANT = {
    "jax": {"config", "ad", "argnums_partial", "curry", "flatten_fun_nokwargs", "partial", "pxla", "xla", "nn",
            "random"},
    "jax.numpy": {"fft", "iterable", "linalg", "function", "operator_name", "numpy_version"},
    "jax.numpy.linalg": {"jnp", "partial", "Tuple", "Union", "cast", "jit", "vmap", "custom_jvp", "lax", "ops",
                         "lax_linalg", "dtypes", "vectorize", "get_module_functions"},
    "jax.lax": {"itertools", "partial", "dtype", "dtypes", "naryop", "naryop_dtype_rule", "standard_abstract_eval",
                "standard_naryop", "standard_primitive", "standard_translate", "standard_unop", "unop",
                "unop_dtype_rule", "standard_pmap_primitive", "scan_bind"},
    "jax.numpy.fft": {"func"},
    "jax.tree_util": {"no_initializer"},
    "flax.nn": {"base.MODULE_CLASSMETHODS"},
    "flax.optim": {"dynamic_scale.Array"},
    "flax.struct": {"TNode"},
    "flax.training.checkpoints": {"SIGNED_FLOAT_RE", "UNSIGNED_FLOAT_RE", "MODULE_NUM_RE", "SCHEME_RE", "PyTree",
                                   "safe_normpath"},
}

# What every subclass of these defines.
OVERRIDDEN = {
    "Module": {"apply"},
    "RNNCellBase": {"apply"},
    "TransparentModule": {"apply"},
    "OptimizerDef": {"apply_param_gradient", "init_param_state"},
    "Traversal": {"iterate", "update", "set"},
}


def is_public(name):
    return not name.startswith("_")


class Module:
    def __init__(self, root, path):
        self.root, self.path = root, path
        self.tree = ast.parse((root / path).read_text())
        self.classes = {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    def defined(self):
        for node in self.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name
            elif isinstance(node, ast.Assign):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))

    def imported(self):
        """Yields (name, the module it is imported from or None)."""
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or node.level):
                for alias in node.names:
                    yield alias.asname or alias.name, self.sibling(node)

    def sibling(self, node):
        if node.level != 1 or not node.module:
            return None
        path = pathlib.PurePosixPath(self.path).parent / (node.module.replace(".", "/") + ".py")
        return Module(self.root, path) if (self.root / path).exists() else None

    def members(self, name):
        """A class's public methods, properties and fields, without those of its base classes in the same module."""
        cls = self.classes.get(name)
        if cls is None:
            # An __init__ may import what its sibling imports in turn.
            source = next((source for other, source in self.imported() if other == name), None)
            yield from source.members(name) if source is not None else ()
            return
        inherited = set()
        for base in cls.bases:
            base = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
            inherited |= set(self.members(base) if base != name else ())
            inherited |= OVERRIDDEN.get(base, set())
        decorators = {ast.unparse(decorator) for decorator in cls.decorator_list}
        if decorators & {"struct.dataclass", "dataclass"}:
            yield "replace"
        for node in cls.body:
            if isinstance(node, ast.FunctionDef) and node.name in ("__new__", "__call__", "__getitem__", "__getattr__"):
                yield node.name
            elif isinstance(node, ast.FunctionDef) and is_public(node.name) and node.name not in inherited:
                yield node.name
            elif isinstance(node, ast.AnnAssign) and is_public(node.target.id):
                yield node.target.id
            elif isinstance(node, ast.Assign) and node.targets[0].id == "__slots__":
                yield from ast.literal_eval(node.value)
            elif isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("property("):
                yield node.targets[0].id


def names_of(root, how, path, submodules=()):
    module = Module(root, path)
    found = {}
    if how in ("imports", "both"):
        found.update({name: source for name, source in module.imported()})
    if how in ("defines", "both") or path.endswith("__init__.py"):
        found.update({name: module for name in module.defined()})
    for name, source in found.items():
        if is_public(name) and name != "annotations" and not name.endswith("_p"):
            yield name
            # Of jax.numpy's and jax.lax's few classes nobody uses the members.
            if source is not None and (root.name == "flax" or path == "__init__.py"):
                yield from dict.fromkeys(f"{name}.{member}" for member in source.members(name))
    for submodule in submodules:
        file = pathlib.PurePosixPath(path).parent / f"{submodule}.py"
        if not (root / file).exists():
            continue
        inner = Module(root, file)
        own = list(inner.defined())
        if submodule == "activation":
            own += [name for name, _ in inner.imported()]
        for name in own:
            if is_public(name) and name not in found:
                yield f"{submodule}.{name}"
                yield from dict.fromkeys(f"{submodule}.{name}.{member}" for member in inner.members(name))


def download(folder, requirement):
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, requirement], check=True)


def unpacked(folder, name, version):
    target = folder / f"{name}-{version}"
    download(folder, f"{name}=={version}")
    wheel = next(folder.glob(f"{name}-{version}*.whl"), None)
    if wheel is not None:
        zipfile.ZipFile(wheel).extractall(target)
        return target / name
    with tarfile.open(folder / f"{name}-{version}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return target / name


def main():
    packages = {}

    def add(package, names, version):
        known = packages.setdefault(package, {})
        dropped = NOT_MEANT.get(package, set())
        for name in names:
            if not any(name == part or name.startswith(f"{part}.") for part in dropped):
                known.setdefault(name, version)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for version in FLAX:
            root = unpacked(folder, "flax", version)
            for package, (how, *paths) in FLAX_PACKAGES.items():
                path = next(path for path in paths if (root / path).exists() and not (
                    package.startswith("flax.nn") and version == "0.3.6" and not path.startswith("deprecated")))
                add(package, names_of(root, how, path, SUBMODULES.get(package, ())), version)
        root = unpacked(folder, "jax", JAX)
        for package, (how, path) in JAX_PACKAGES.items():
            add(package, names_of(root, how, path), JAX)

    target = pathlib.Path(__file__).parent / "names.json"
    target.write_text(json.dumps(packages, indent=2) + "\n")
    print({package: len(names) for package, names in packages.items()})


if __name__ == "__main__":
    main()
