# Finds a CUDA toolkit (10.2 to 13) and compiles for it. CMake's own CUDA language is left aside: the CMake of JetPack 4
# knows no architectures, and that of a newer system does not know the newest toolkits. Sets
#   DMS_NVCC, DMS_CUDA_VERSION (as 12.6), DMS_FLAVOUR (cu102, cu11, cu12, cu13), DMS_CUDART, DMS_CODE
# and defines dms_cuda_object(source variable).

find_program(DMS_NVCC nvcc
    HINTS $ENV{CUDACXX} $ENV{CUDA_HOME}/bin $ENV{CUDA_PATH}/bin
    PATHS /usr/local/cuda/bin /opt/cuda/bin /usr/lib/nvidia-cuda-toolkit/bin)
if(NOT DMS_NVCC)
    file(GLOB found /usr/local/cuda-*/bin/nvcc)
    if(found)
        list(GET found -1 newest)
        set(DMS_NVCC ${newest} CACHE FILEPATH "the CUDA compiler" FORCE)
    else()
        message(FATAL_ERROR "no nvcc found: install the CUDA toolkit, or set CUDA_HOME")
    endif()
endif()

execute_process(COMMAND ${DMS_NVCC} --version OUTPUT_VARIABLE said RESULT_VARIABLE failed)
if(failed OR NOT said MATCHES "release ([0-9]+)\\.([0-9]+)")
    message(FATAL_ERROR "${DMS_NVCC} --version says nothing of a release")
endif()
set(major ${CMAKE_MATCH_1})
set(DMS_CUDA_VERSION ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
if(DMS_CUDA_VERSION VERSION_LESS 10.2)
    message(FATAL_ERROR "CUDA ${DMS_CUDA_VERSION} is too old: 10.2 is the oldest")
endif()
# Libraries of 10.x have the minor version in their name, later ones have not.
if(major EQUAL 10)
    set(DMS_FLAVOUR cu102)
else()
    set(DMS_FLAVOUR cu${major})
endif()

# ---- what code for whom ----

set(arm OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(arm ON)
endif()
if(major EQUAL 10)
    if(arm)
        set(codes 53 62 72)
    else()
        set(codes 60 70 75)
    endif()
elseif(major EQUAL 11)
    if(arm)
        set(codes 72 87)
    else()
        set(codes 70 75 80 86)
    endif()
elseif(major EQUAL 12)
    if(arm)
        set(codes 87 90)
    else()
        set(codes 70 75 80 86 87 89 90 100 120)
    endif()
else()
    set(codes 75 80 86 87 89 90 100 110 120)
endif()

# nvcc of 11.0 and newer tells what it can.
execute_process(COMMAND ${DMS_NVCC} --list-gpu-code OUTPUT_VARIABLE known ERROR_QUIET RESULT_VARIABLE failed)
if(NOT failed AND known MATCHES "sm_")
    set(fitting)
    foreach(code ${codes})
        if(known MATCHES "sm_${code}\n")
            list(APPEND fitting ${code})
        endif()
    endforeach()
    set(codes ${fitting})
endif()
# Code that a driver translates for any newer device.
list(GET codes 0 ptx)

# The architecture of this machine's GPU; empty where that can't be told.
function(dms_device_code variable)
    set(code)
    if(EXISTS /proc/device-tree/compatible)
        file(STRINGS /proc/device-tree/compatible board)
        foreach(pair "tegra210:53" "tegra186:62" "tegra194:72" "tegra234:87" "tegra264:110")
            string(REPLACE ":" ";" pair ${pair})
            list(GET pair 0 chip)
            if("${board}" MATCHES "${chip}")
                list(GET pair 1 code)
            endif()
        endforeach()
    endif()
    if(NOT code)
        find_program(DMS_NVIDIA_SMI nvidia-smi)
        if(DMS_NVIDIA_SMI)
            execute_process(COMMAND ${DMS_NVIDIA_SMI} --query-gpu=compute_cap --format=csv,noheader
                OUTPUT_VARIABLE said ERROR_QUIET RESULT_VARIABLE failed)
            if(NOT failed AND said MATCHES "^([0-9]+)\\.([0-9]+)")
                set(code ${CMAKE_MATCH_1}${CMAKE_MATCH_2})
            endif()
        endif()
    endif()
    set(${variable} "${code}" PARENT_SCOPE)
endfunction()

if(DMS_ARCHITECTURES STREQUAL "device")
    dms_device_code(codes)
elseif(DMS_ARCHITECTURES STREQUAL "ptx")
    set(codes)
elseif(NOT DMS_ARCHITECTURES STREQUAL "all")
    set(codes ${DMS_ARCHITECTURES})
endif()
set(DMS_CODE)
foreach(code ${codes})
    list(APPEND DMS_CODE -gencode=arch=compute_${code},code=sm_${code})
endforeach()
list(APPEND DMS_CODE -gencode=arch=compute_${ptx},code=compute_${ptx})
string(REPLACE ";" "," named "${codes}")
if(named)
    set(named "${named}+ptx${ptx}")
else()
    set(named "ptx${ptx}")
endif()
message(STATUS "dms-bridge: CUDA ${DMS_CUDA_VERSION} (${DMS_NVCC}), code for ${named}")

# ---- the runtime library ----

execute_process(COMMAND ${DMS_NVCC} --dryrun -x cu -c /dev/null -o /dev/null ERROR_VARIABLE said OUTPUT_QUIET)
if(said MATCHES "TOP=([^\r\n]+)")
    get_filename_component(top "${CMAKE_MATCH_1}" ABSOLUTE)
endif()
set(machine x86_64-linux)
if(arm)
    set(machine aarch64-linux)
endif()
if(CMAKE_CROSSCOMPILING)
    # The target's library is not here: one with its name and the functions that are called is enough to link.
    set(DMS_CUDART dms_cudart_names)
    set(soname libcudart.so.${major})
    if(major EQUAL 10)
        set(soname libcudart.so.10.2)
    elseif(major EQUAL 11)
        set(soname libcudart.so.11.0)
    endif()
    add_library(dms_cudart_names SHARED ${CMAKE_CURRENT_LIST_DIR}/cudart-names.cpp)
    set_target_properties(dms_cudart_names PROPERTIES OUTPUT_NAME cudart LIBRARY_OUTPUT_DIRECTORY names
        CXX_VISIBILITY_PRESET default NO_SONAME ON LINK_FLAGS "-Wl,-soname,${soname}")
else()
    find_library(DMS_CUDART_FILE cudart
        HINTS ${top}/lib64 ${top}/targets/${machine}/lib ${top}/targets/sbsa-linux/lib ${top}/lib
        PATHS /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu)
    if(NOT DMS_CUDART_FILE)
        message(FATAL_ERROR "no libcudart.so beside ${DMS_NVCC} (${top}): install the toolkit's runtime library")
    endif()
    set(DMS_CUDART ${DMS_CUDART_FILE})
endif()

# ---- compiling ----

file(GLOB dms_headers ${CMAKE_CURRENT_SOURCE_DIR}/src/*.h ${CMAKE_CURRENT_SOURCE_DIR}/include/*.h)
set(includes -I${CMAKE_CURRENT_SOURCE_DIR}/include)
if(CMAKE_CROSSCOMPILING)
    # nvcc looks for the target's own headers; where they are not installed, this machine's say the same.
    file(GLOB elsewhere ${top}/targets/*/include ${top}/include)
    foreach(folder ${elsewhere})
        list(APPEND includes -I${folder} -I${folder}/cccl)
    endforeach()
endif()
set(host_flags -fPIC,-fvisibility=hidden)
if(DMS_NO_OUTLINE_ATOMICS)
    set(host_flags ${host_flags},-mno-outline-atomics)
endif()

function(dms_cuda_object source variable)
    get_filename_component(name ${source} NAME_WE)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.cu.o)
    set(defined)
    foreach(definition ${definitions})
        list(APPEND defined -D${definition})
    endforeach()
    add_custom_command(OUTPUT ${object}
        COMMAND ${DMS_NVCC} -ccbin ${CMAKE_CXX_COMPILER} -x cu -std=c++14 -O3 ${DMS_CODE}
            "-DDMS_ARCHITECTURES=\"${named}\"" ${defined} -Xcompiler ${host_flags}
            ${includes} -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
        DEPENDS ${source} ${dms_headers}
        COMMENT "nvcc ${source}"
        VERBATIM)
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
    set(${variable} ${object} PARENT_SCOPE)
endfunction()
