#!/usr/bin/env python3
"""Writes the files under api/ from JSON descriptions of Kubernetes' Go type declarations, or checks that they agree.

  make_api.py FACTS OUT           write OUT/GROUP/VERSION.types from FACTS/*.json
  make_api.py --check FACTS OUT   read OUT back and compare every type and field with FACTS

FACTS holds one file a package: {"package", "imports": {alias: path}, "types": {name: {"is" | "fields", "markers",
"constants"}}}. The grammar of what is written is in api/README.md.
"""
import glob
import json
import os
import re
import sys

# The API group of a package where it is more than the package's first part.
GROUPS = {
    'admission': 'admission.k8s.io', 'admissionregistration': 'admissionregistration.k8s.io',
    'apidiscovery': 'apidiscovery.k8s.io', 'apiextensions': 'apiextensions.k8s.io',
    'apiregistration': 'apiregistration.k8s.io', 'apiserverinternal': 'internal.apiserver.k8s.io',
    'authentication': 'authentication.k8s.io', 'authorization': 'authorization.k8s.io',
    'certificates': 'certificates.k8s.io', 'coordination': 'coordination.k8s.io', 'core': '""',
    'discovery': 'discovery.k8s.io', 'events': 'events.k8s.io', 'flowcontrol': 'flowcontrol.apiserver.k8s.io',
    'imagepolicy': 'imagepolicy.k8s.io', 'meta': 'meta.k8s.io', 'networking': 'networking.k8s.io',
    'node': 'node.k8s.io', 'rbac': 'rbac.authorization.k8s.io', 'resource': 'resource.k8s.io',
    'scheduling': 'scheduling.k8s.io', 'storage': 'storage.k8s.io', 'storagemigration': 'storagemigration.k8s.io',
}
OPEN_API = {
    'apiextensions': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
    'apiregistration': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
    'meta': 'io.k8s.apimachinery.pkg.apis.meta',
}
# Types with a wire form of their own are words of the format, not declarations.
WORDS = {
    'string': 'string', 'bool': 'bool', 'int32': 'int32', 'int64': 'int64', 'uint32': 'uint32', 'float64': 'double',
    '[]byte': 'bytes', 'types.UID': 'string', 'types.NodeName': 'string', 'runtime.RawExtension': 'rawExtension',
    'intstr.IntOrString': 'intOrString', 'resource.Quantity': 'quantity', 'meta/v1.Time': 'time',
    'meta/v1.MicroTime': 'microTime', 'meta/v1.Duration': 'duration', 'meta/v1.FieldsV1': 'fieldsV1',
    '[]interface{}': '[]json',
}
SPECIAL = {('meta/v1', n) for n in ('Time', 'MicroTime', 'Duration', 'Timestamp', 'FieldsV1', 'InternalEvent')}
NOT_PACKAGES = ('runtime', 'intstr', 'resource_quantity')
# Structs without fields are not in the descriptions.
EMPTY_STRUCTS = {'apiextensions/v1': 'CustomResourceSubresourceStatus', 'apiserverinternal/v1alpha1': 'StorageVersionSpec',
                 'scheduling/v1alpha2': 'BasicSchedulingPolicy'}
# Fields whose declaration says nothing about them; OpenAPI then gives a bare reference.
BARE = {('apiextensions/v1', 'JSONSchemaProps'): ('items', 'not', 'additionalProperties', 'additionalItems',
                                                  'externalDocs', 'example'),
        ('networking/v1', 'IngressRuleValue'): ('http',), ('networking/v1beta1', 'IngressRuleValue'): ('http',)}
# Lists that tell empty from nil: defaults fill in the second, and validation refuses the first.
KEEP_EMPTY = {('autoscaling/v2', 'HPAScalingRules'): ('policies',)}
# Constants that are declared by a conversion.
CONSTANTS = {'AddressType': ['IPv4', 'IPv6', 'FQDN'], 'PathType': ['Exact', 'Prefix', 'ImplementationSpecific'],
             'DeviceAllocationMode': ['ExactCount', 'All']}
DEFAULT_CONSTANTS = {'ref(AzureDataDiskCachingReadWrite)': '"ReadWrite"', 'ref(AzureSharedBlobDisk)': '"Shared"'}


class Source:
    """The declarations, by package."""

    def __init__(self, folder):
        self.packages = {}
        for path in sorted(glob.glob(os.path.join(folder, '*.json'))):
            with open(path) as file:
                data = json.load(file)
            if data['package'] not in NOT_PACKAGES:
                self.packages[data['package']] = data
        self._repair()

    def _repair(self):
        """What the descriptions leave out."""
        for package, name in EMPTY_STRUCTS.items():
            self.packages[package]['types'].setdefault(name, {'fields': []})
        for facts, word in ((BARE, 'bare'), (KEEP_EMPTY, 'keepempty')):
            for (package, name), fields in facts.items():
                for field in self.packages[package]['types'][name]['fields']:
                    if field['json'] in fields:
                        field[word] = True
        for data in self.packages.values():
            for name, values in CONSTANTS.items():
                if name in data['types']:
                    data['types'][name].setdefault('constants', values)
        meta = self.packages['meta/v1']['types']
        row = meta['TableRow']['fields']
        if row[0]['json'] != 'cells':
            row.insert(0, {'go': '[]interface{}', 'json': 'cells', 'markers': {'listType': 'atomic'}})
        for field in meta['ObjectMeta']['fields']:
            if field['json'] == 'creationTimestamp':
                field['omitzero'] = True

    def resolve(self, package, go):
        """A Go name as `package/version.Name` or as a word of the format."""
        if go in WORDS:
            return WORDS[go]
        if '.' in go:
            alias, name = go.split('.', 1)
            path = self.packages[package]['imports'].get(alias, '')
            path = path.removeprefix('k8s.io/api/').removeprefix('k8s.io/apimachinery/pkg/apis/')
            full = f'{path}.{name}'
        else:
            full = f'{package}.{go}'
        if full in WORDS:
            return WORDS[full]
        target, name = full.rsplit('.', 1)
        if target not in self.packages or name not in self.packages[target]['types']:
            raise ValueError(f'{package}: unknown type {go}')
        return full

    def type_text(self, package, go):
        if go in WORDS:
            return WORDS[go]
        if go.startswith('*'):
            return '*' + self.type_text(package, go[1:])
        if go.startswith('[]'):
            return '[]' + self.type_text(package, go[2:])
        if go.startswith('map['):
            key, value = go[4:].split(']', 1)
            if self.base(package, key) != 'string':
                raise ValueError(f'{package}: key of {go} is no string')
            return 'map[string]' + self.type_text(package, value)
        full = self.resolve(package, go)
        return full.removeprefix(package + '.')

    def base(self, package, go):
        """What a type is once names of strings, lists and maps are looked through."""
        if go in WORDS or go.startswith(('*', '[]', 'map[')):
            return WORDS.get(go, go)
        full = self.resolve(package, go)
        if '.' not in full:
            return full
        target, name = full.rsplit('.', 1)
        declaration = self.packages[target]['types'][name]
        if 'is' in declaration:
            return self.base(target, declaration['is'])
        return full

    def constants(self, package, name):
        """The constants of a string type and whether it is an enum; looks through `type A = B`."""
        declaration = self.packages[package]['types'][name]
        values = declaration.get('constants', [])
        if not values and declaration['is'] != 'string':
            target, base = self.resolve(package, declaration['is']).rsplit('.', 1)
            values = self.constants(target, base)
        return values

    def used(self):
        """(package, name) of what a kind, a field or another used type mentions, and every struct."""
        used = set()
        for package, data in self.packages.items():
            for name, declaration in data['types'].items():
                registered = 'k8s:deepcopy-gen:interfaces' in declaration.get('markers', {})
                if 'fields' in declaration or declaration.get('constants') or registered:
                    used.add((package, name))
                for go in [declaration.get('is', '')] + [f['go'] for f in declaration.get('fields', [])]:
                    for word in re.findall(r'[A-Za-z][\w.]*', go.replace('map[', '')):
                        try:
                            full = self.resolve(package, word)
                        except ValueError:
                            continue
                        if '.' in full:
                            used.add(tuple(full.rsplit('.', 1)))
        return used - SPECIAL


def marker_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def tag_text(tag):
    """`+k8s:item(type: "A")=+k8s:x` as `item(type:"A")=x`."""
    tag = re.sub(r'\s+#.*', '', tag).replace('+k8s:', '').replace(' ', '')
    return re.sub(r'="([^"\s]*)"$', r'=\1', tag)


def validation_tags(markers):
    """The declarative validation of a declaration, one word a tag, sorted."""
    tags = set()
    for key, value in markers.items():
        if key.startswith('k8s:alpha'):
            tags.update(tag_text(tag) for tag in marker_list(value))
        elif re.match(r'k8s:if(En|Dis)abled', key):
            condition = key[len('k8s:'):].replace('"', '')
            tags.update(f'{condition}={tag_text(tag)}' for tag in marker_list(value))
        elif key in ('k8s:format', 'k8s:minimum', 'k8s:maximum', 'k8s:maxItems', 'k8s:maxBytes', 'k8s:immutable',
                     'k8s:unionMember', 'k8s:required', 'k8s:optional'):
            name = key.removeprefix('k8s:')
            tags.update(name if item is True else f'{name}={item}' for item in marker_list(value))
        elif key in ('oneOf', 'zeroOrOneOf'):
            tags.add(f'{key}={value}')
        elif key == 'unionDiscriminator':
            tags.add('discriminator')
    return sorted(tag for tag in tags if not tag.startswith(('listType=', 'listMapKey=')))


def field_flags(field):
    """The words after a field's type."""
    markers = field.get('markers', {})
    flags = [word for word in ('omitempty', 'keepempty', 'omitzero', 'bare') if field.get(word)]
    if 'optional' in markers or 'k8s:optional' in markers:
        flags.append('optional')
    if 'required' in markers or 'k8s:required' in markers:
        flags.append('required')
    list_type = markers.get('listType') or markers.get('k8s:listType')
    if list_type:
        keys = marker_list(markers.get('listMapKey') or markers.get('k8s:listMapKey'))
        flags.append(f'list={list_type}' + (f'({",".join(keys)})' if list_type == 'map' else ''))
    for marker, word in (('mapType', 'map'), ('structType', 'struct')):
        if marker in markers:
            flags.append(f'{word}={markers[marker]}')
    if field.get('patchStrategy'):
        flags.append(f'patch={field["patchStrategy"]}')
    if field.get('patchMergeKey'):
        flags.append(f'key={field["patchMergeKey"]}')
    if 'default' in markers:
        default = str(markers['default'])
        flags.append('default=' + DEFAULT_CONSTANTS.get(default, default))
    if 'featureGate' in markers:
        flags.append('gate=' + ','.join(marker_list(markers['featureGate'])))
    tags = validation_tags(markers)
    return flags + (['|'] + tags if tags else [])


def declaration_flags(declaration):
    markers = declaration.get('markers', {})
    flags = []
    if 'structType' in markers:
        flags.append('struct=' + markers['structType'])
    if 'union' in markers:
        flags.append('union')
    if 'genclient:nonNamespaced' in markers:
        flags.append('cluster')
    for word in ('introduced', 'deprecated', 'removed'):
        value = markers.get(f'k8s:prerelease-lifecycle-gen:{word}')
        if value:
            flags.append(f'{word}={value}')
    replacement = markers.get('k8s:prerelease-lifecycle-gen:replacement')
    if replacement:
        group, version, kind = replacement.split(',')
        flags.append(f'replacement={group}/{version}.{kind}' if group else f'replacement={version}.{kind}')
    return flags


def is_enum(markers):
    return any(key in ('enum', 'k8s:enum') or (key.startswith('k8s:alpha') and '+k8s:enum' in marker_list(value))
               for key, value in markers.items())


def is_type_meta(field):
    return field.get('inline') and field['go'].split('.')[-1] == 'TypeMeta'


def is_alternatives(declaration):
    return bool(declaration['fields']) and all('json' not in field for field in declaration['fields'])


def is_any_json(declaration):
    return [f.get('json') for f in declaration['fields']] == ['-']


def ordered(source, package, used):
    """Kinds first, each group by name, yet an embedded struct before what embeds it."""
    types = source.packages[package]['types']
    done, order = set(), []

    def visit(name):
        if name in done:
            return
        done.add(name)
        for field in types[name].get('fields', []):
            if field.get('inline') and field['go'] in types:
                visit(field['go'])
        order.append(name)

    def rank(name):
        declaration = types[name]
        kind = any(is_type_meta(f) for f in declaration.get('fields', []))
        return (0 if kind else 1 if 'fields' in declaration else 2, name)

    for name in sorted((n for n in types if (package, n) in used), key=rank):
        visit(name)
    return order


def write_type(source, package, name):
    declaration = source.packages[package]['types'][name]
    if 'is' in declaration:
        base = source.base(package, declaration['is'])
        if base == 'string':
            enum = is_enum(declaration.get('markers', {}))
            values = [v if v and ' ' not in v else json.dumps(v) for v in source.constants(package, name)]
            head = ('enum ' if enum else 'string ') + name
            return [head + (' = ' + ' '.join(values) if values else '')]
        flags = ['message'] if declaration.get('markers', {}).get('protobuf.nullable') == 'true' else []
        return [' '.join(['alias', name, source.type_text(package, declaration['is'])] + flags)]
    if is_any_json(declaration):
        return [f'alias {name} json']
    fields = declaration['fields']
    kind = [f for f in fields if is_type_meta(f)]
    word = 'kind' if kind else 'oneof' if is_alternatives(declaration) else 'struct'
    lines = [' '.join([word, name] + declaration_flags(declaration))]
    for field in fields:
        if field in kind or field.get('json') == '-':
            continue
        text = source.type_text(package, field['go'])
        number = str(field['proto']['number']) if field.get('proto') else '-'
        label = '+' if field.get('inline') else field.get('json', '?')
        words = [label, number, text] + field_flags(field)
        lines.append('  ' + ' '.join(words))
    return lines


def render(source, package, used):
    base, version = package.split('/')
    lines = [f'package {package}', f'group {GROUPS.get(base, base)}',
             f'openapi {OPEN_API.get(base, "io.k8s.api." + base)}.{version}']
    words = [[]]
    for name in ordered(source, package, used):
        block = write_type(source, package, name)
        lines += ([''] if block[0].split()[0] in ('kind', 'struct', 'oneof') or words[-1] == 'block' else []) + block
        words.append('block' if block[0].split()[0] in ('kind', 'struct', 'oneof') else 'line')
    return '\n'.join(lines) + '\n'


def generate(source, out):
    used = source.used()
    for package in source.packages:
        path = os.path.join(out, package + '.types')
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(render(source, package, used))


def read_back(path):
    """A .types file as {name: [words of its lines]}."""
    types, current = {}, None
    with open(path) as file:
        for line in file:
            words = line.split()
            if line.startswith('  '):
                types[current].append(words)
            elif words and words[0] not in ('package', 'group', 'openapi'):
                current = words[1]
                types[current] = [words]
    return types


def check(source, out):
    """Every field and number of every type survives the trip through the files."""
    failures = checked = 0
    files = {p: read_back(os.path.join(out, p + '.types')) for p in source.packages}

    for package, data in source.packages.items():
        for name, declaration in data['types'].items():
            if 'fields' not in declaration or (package, name) in SPECIAL or is_any_json(declaration):
                continue
            written = files[package].get(name)
            wanted = [f for f in declaration['fields'] if not is_type_meta(f) and f.get('json') != '-']
            if written is None or len(written) - 1 != len(wanted):
                print(f'{package}.{name}: fields differ')
                failures += 1
                continue
            for field, words in zip(wanted, written[1:]):
                checked += 1
                proto = field.get('proto', {})
                plain = words[:words.index('|')] if '|' in words else words
                flags = dict(w.split('=', 1) if '=' in w else (w, True) for w in plain[3:])
                markers = field.get('markers', {})
                same = (
                    words[0] == ('+' if field.get('inline') else field.get('json', '?'))
                    and words[1] == str(proto.get('number', '-'))
                    and words[2].startswith('*') == field['go'].startswith('*')
                    and bool(flags.get('omitempty')) == bool(field.get('omitempty'))
                    and bool(flags.get('omitzero')) == bool(field.get('omitzero'))
                    and flags.get('patch') == field.get('patchStrategy')
                    and flags.get('key') == field.get('patchMergeKey')
                    and bool(flags.get('optional')) == ('optional' in markers or 'k8s:optional' in markers)
                    and bool(flags.get('required')) == ('required' in markers or 'k8s:required' in markers)
                    and flags.get('map') == markers.get('mapType')
                    and str(flags.get('list', '')).split('(')[0]
                    == (markers.get('listType') or markers.get('k8s:listType') or ''))
                if not same:
                    print(f'{package}.{name}: {field} was written as {words}')
                    failures += 1
    print(f'{checked} fields checked, {failures} differ')
    return 1 if failures else 0


def main(arguments):
    checking = arguments[:1] == ['--check']
    folder, out = arguments[1:] if checking else arguments
    source = Source(folder)
    if checking:
        return check(source, out)
    generate(source, out)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
